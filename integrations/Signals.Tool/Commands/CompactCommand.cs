using System.CommandLine;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Merges every time window into one run. This also removes events that were erased, have expired or fell out of last-N.
/// </summary>
internal sealed class CompactCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<bool> _json = Syntax.Json();

    public CompactCommand()
        : base("compact", "Merge tables until no two meet in a time window; reclaims what nobody can read any more.")
    {
        Add(_folder);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        bool json = line.GetValue(_json);
        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            long before = store.GetStats().TableBytes;
            await LongWork.ShowAsync(
                context, "compacting", store.CompactAsync(cancellationToken), () => Progress(store.GetStats())).ConfigureAwait(false);
            StoreStats after = store.GetStats();
            Print(context, json, before, after);
        }

        return ExitCode.Ok;
    }

    private static void Print(ToolContext context, bool json, long before, StoreStats after)
    {
        if (!json)
        {
            context.WriteRaw(
                $"{Count.Number(before)} -> {Count.Bytes(after.TableBytes)}, {Count.Rows(after.TableRows)} in "
                + $"{Count.Of(after.Tables, "table")}, {Count.Rows(after.RowsDropped)} dropped");
            return;
        }

        context.WriteObject(writer =>
        {
            writer.WriteNumber("table_bytes_before", before);
            writer.WriteNumber("table_bytes", after.TableBytes);
            writer.WriteNumber("table_rows", after.TableRows);
            writer.WriteNumber("tables", after.Tables);
            writer.WriteNumber("rows_dropped", after.RowsDropped);
        });
    }

    private static WorkProgress Progress(StoreStats stats) =>
        new($"{Count.Bytes(stats.CompactionBytesRead)} read, {Count.Number(stats.CompactionBytesWritten)} written");
}
