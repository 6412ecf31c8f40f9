using System.Globalization;
using Signals.Arrow;
using Signals.Offline;
using Signals.Tool.Stores;

namespace Signals.Tool.Lake;

/// <summary>Reads Arrow files and streams into a store that no process has open.</summary>
internal static class ArrowInput
{
    /// <summary>Takes the options of the format from the command line.</summary>
    public static ArrowImportOptions OptionsOf(CommandLine line, string path) => new()
    {
        Path = path,
        EventType = line.Text("--type") ?? throw new UsageException("--type NAME, the event type, is missing."),
        AreCorrections = (line.Text("--rows") ?? "events") switch
        {
            "events" => false,
            "corrections" => true,
            string other => throw new UsageException($"'{other}' is nothing that rows of Arrow say; there are events and corrections."),
        },
        Segment = new SegmentOptions
        {
            Generation = line.Number("--generation", 1, 1),
            Source = line.Text("--source") ?? "arrow",
        },
    };

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
                () => WorkProgress.Create(
                    string.Create(CultureInfo.InvariantCulture, $"{Volatile.Read(ref rows):N0} rows"), Volatile.Read(ref rows), 0))
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
            context.WriteRaw(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Rows:N0} rows of {result.Files:N0} files; {events:N0} events and {patches:N0} patches of '{options.EventType}', "
                + $"generation {options.Segment.Generation}"));
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
