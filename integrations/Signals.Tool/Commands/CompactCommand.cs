using System.Globalization;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Merges every time window into one run. This also removes events that were erased, have expired or fell out of last-N.
/// </summary>
internal sealed class CompactCommand : ICommand
{
    public string Name => "compact";

    public string Usage => "compact FOLDER [--json]";

    public string Description => "Flush, then merge the tables of each window into one; reclaims what nobody can read any more.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
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
            context.WriteRaw(string.Create(CultureInfo.InvariantCulture,
                $"{before:N0} -> {after.TableBytes:N0} bytes, {after.TableRows:N0} rows in {after.Tables:N0} tables, " +
                $"{after.RowsDropped:N0} rows dropped"));
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
        new(string.Create(
            CultureInfo.InvariantCulture, $"{stats.CompactionBytesRead:N0} bytes read, {stats.CompactionBytesWritten:N0} written"));
}
