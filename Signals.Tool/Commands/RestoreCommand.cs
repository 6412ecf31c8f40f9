using Signals.Core.Schema;
using Signals.Storage;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Makes a store of a checkpoint: copies the folder, then opens the copy, which checks it as every opening does.</summary>
internal sealed class RestoreCommand : ICommand
{
    public string Name => "restore";

    public string Usage => "restore CHECKPOINT FOLDER";

    public string Description => "Copy a checkpoint, or a store that nobody has open, into a new folder and open it once.";

    public Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string from = line.Word("CHECKPOINT");
        string to = line.Word("FOLDER");
        line.RequireAllUsed();
        if (Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any())
        {
            throw new UsageException($"'{to}' is not empty; restore into a new folder.");
        }

        StoreSchema schema = SignalStore.ReadSchema(from);
        ReadOnlyStore.RequireUnused(from);
        CreatePrivate(to);
        foreach (string file in Directory.EnumerateFiles(from).Where(file => Path.GetFileName(file) != ReadOnlyStore.LockFile))
        {
            cancellationToken.ThrowIfCancellationRequested();
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        using SignalStore store = SignalStore.Open(to, schema);
        StoreStats stats = store.GetStats();
        context.WriteRaw($"restored {to}: {stats.TableRows} rows in {stats.Tables} tables, {stats.EventsApplied} events from the log");
        return Task.FromResult(ExitCode.Ok);
    }

    // For the owner alone, as the store makes its own folders.
    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
