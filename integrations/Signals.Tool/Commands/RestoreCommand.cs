using System.CommandLine;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Creates a store from a checkpoint: it copies the folder and opens the copy, which checks it as every opening does.
/// </summary>
internal sealed class RestoreCommand : ToolCommand
{
    private readonly Argument<string> _checkpoint = Syntax.Word("CHECKPOINT", "The checkpoint, or the folder of a closed store.");
    private readonly Argument<string> _folder = Syntax.Word("FOLDER", "The new folder.");
    private readonly Option<bool> _json = Syntax.Json();

    public RestoreCommand()
        : base("restore", "Copy a checkpoint, or a store that nobody has open, into a new folder and open it once.")
    {
        Add(_checkpoint);
        Add(_folder);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string from = line.GetRequiredValue(_checkpoint);
        string to = line.GetRequiredValue(_folder);
        bool json = line.GetValue(_json);
        if (Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any())
        {
            throw new UsageException($"'{to}' is not empty; restore into a new folder.");
        }

        StoreSchema schema = SignalStore.ReadSchema(from);
        StoreCopy.RequireUnused(from);
        CreatePrivate(to);
        FileInfo[] files = [.. new DirectoryInfo(from).EnumerateFiles().Where(file => file.Name != StoreCopy.LockFile)];
        long bytes = files.Sum(file => file.Length);
        long copied = 0;
        await LongWork.ShowAsync(
            context,
            "restoring",
            Task.Run(() => Copy(files, to, ref copied, cancellationToken), cancellationToken),
            () => WorkProgress.Create(
                $"{Count.Number(Volatile.Read(ref copied))} of {Count.Bytes(bytes)}", Volatile.Read(ref copied), bytes))
            .ConfigureAwait(false);
        SignalStore store = SignalStore.Open(to, schema);
        await using (store.ConfigureAwait(false))
        {
            Print(context, json, to, store.GetStats());
        }

        return ExitCode.Ok;
    }

    private static void Copy(FileInfo[] files, string to, ref long copied, CancellationToken cancellationToken)
    {
        foreach (FileInfo file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            StoreFiles.CopyWritable(file, Path.Combine(to, file.Name));
            Volatile.Write(ref copied, copied + file.Length);
        }
    }

    private static void Print(ToolContext context, bool json, string folder, StoreStats stats)
    {
        if (!json)
        {
            context.WriteRaw(
                $"restored {folder}: {Count.Rows(stats.TableRows)} in {Count.Of(stats.Tables, "table")}, "
                + $"{Count.Events(stats.EventsApplied)} from the log");
            return;
        }

        context.WriteObject(writer =>
        {
            writer.WriteString("folder", folder);
            writer.WriteNumber("table_rows", stats.TableRows);
            writer.WriteNumber("tables", stats.Tables);
            writer.WriteNumber("log_events", stats.EventsApplied);
        });
    }

    // Only the owner has access, as for folders that the store creates itself.
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
