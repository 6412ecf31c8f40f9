using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Creates a store from a checkpoint: it copies the folder and opens the copy, which checks it as every opening does.
/// </summary>
internal sealed class RestoreCommand : ICommand
{
    public string Name => "restore";

    public string Usage => "restore CHECKPOINT FOLDER [--json]";

    public string Description => "Copy a checkpoint, or a store that nobody has open, into a new folder and open it once.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string from = line.Word("CHECKPOINT");
        string to = line.Word("FOLDER");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
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
            () => WorkProgress.Create($"{Volatile.Read(ref copied)} of {bytes} bytes", Volatile.Read(ref copied), bytes))
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
                $"restored {folder}: {stats.TableRows} rows in {stats.Tables} tables, {stats.EventsApplied} events from the log");
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
