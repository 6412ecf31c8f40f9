using System.CommandLine;
using Signals.Tool.Stores;
using Signals.Training.Making;

namespace Signals.Tool.Commands;

/// <summary>
/// Creates a store from a checkpoint: it copies the folder and opens the copy, which checks it as every opening does. The new
/// folder appears under its name when that has succeeded and every file is durable.
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
        if (Path.Exists(to))
        {
            throw new UsageException($"'{to}' exists already; restore into a new folder.");
        }

        StoreSchema schema = SignalStore.ReadSchema(from);
        StoreCopy.RequireUnused(from);
        using NewFolder folder = NewFolder.Create(to);
        FileInfo[] files = [.. new DirectoryInfo(from).EnumerateFiles().Where(file => file.Name != StoreCopy.LockFile)];
        long bytes = files.Sum(file => file.Length);
        long copied = 0;
        await LongWork.ShowAsync(
            context,
            "restoring",
            Task.Run(() => Copy(files, folder, ref copied, cancellationToken), cancellationToken),
            () => WorkProgress.Create(
                $"{Count.Number(Volatile.Read(ref copied))} of {Count.Bytes(bytes)}", Volatile.Read(ref copied), bytes))
            .ConfigureAwait(false);
        StoreStats stats;
        SignalStore store = SignalStore.Open(folder.Temporary, schema);
        await using (store.ConfigureAwait(false))
        {
            stats = store.GetStats();
        }

        folder.Publish();
        Print(context, json, to, stats);
        return ExitCode.Ok;
    }

    private static void Copy(FileInfo[] files, NewFolder to, ref long copied, CancellationToken cancellationToken)
    {
        foreach (FileInfo file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string copy = Path.Combine(to.Temporary, file.Name);
            StoreFiles.CopyWritable(file, copy);
            DurableFiles.SyncFile(copy);
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
}
