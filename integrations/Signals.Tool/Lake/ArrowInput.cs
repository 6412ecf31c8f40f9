using Signals.Arrow;
using Signals.Tool.Stores;

namespace Signals.Tool.Lake;

/// <summary>Reads Arrow files and streams into a store that no process has open.</summary>
internal static class ArrowInput
{
    /// <summary>Imports and says what was taken.</summary>
    public static async Task RunAsync(
        string folder, ArrowImportOptions chosen, bool json, ToolContext context, CancellationToken cancellationToken)
    {
        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            long rows = 0;
            ArrowImportOptions options = chosen with { Progress = new ImmediateProgress<long>(done => Volatile.Write(ref rows, done)) };
            Task<ArrowImportResult> work = ArrowEvents.ImportAsync(store, options, cancellationToken);
            await LongWork.ShowAsync(
                context,
                "importing",
                work,
                () => WorkProgress.Create(Count.Rows(Volatile.Read(ref rows)), Volatile.Read(ref rows), 0))
                .ConfigureAwait(false);
            Print(context, json, options, await work.ConfigureAwait(false));
        }
    }

    private static void Print(ToolContext context, bool json, ArrowImportOptions options, ArrowImportResult result)
    {
        long events = result.Segment?.Events ?? 0;
        long patches = result.Segment?.Patches ?? 0;
        if (!json)
        {
            context.WriteRaw(
                $"{Count.Rows(result.Rows)} of {Count.Files(result.Files)}; "
                + $"{Count.Events(events)} and {Count.Patches(patches)} of '{options.EventType}', generation {options.Segment.Generation}");
            return;
        }

        context.WriteObject(writer =>
        {
            writer.WriteString("type", options.EventType);
            writer.WriteString("source", options.Segment.Source);
            writer.WriteNumber("generation", options.Segment.Generation);
            writer.WriteNumber("files", result.Files);
            writer.WriteNumber("rows", result.Rows);
            writer.WriteNumber("rejected_rows", 0);
            writer.WriteNumber("events", events);
            writer.WriteNumber("patches", patches);
            writer.WriteNumber("bytes", result.Segment?.FileBytes ?? 0);
        });
    }
}
