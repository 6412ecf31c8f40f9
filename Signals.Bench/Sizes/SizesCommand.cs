using System.CommandLine;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;
using Signals.Storage.Tables;

namespace Signals.Bench.Sizes;

/// <summary>
/// Shows what the bytes of tables are used for, by column and part. It uses the events of the comparison, flushed and compacted.
/// </summary>
internal static class SizesCommand
{
    public static BenchCommand Syntax()
    {
        BenchCommand command = new("sizes", "Show what the bytes of tables are used for, by column and part.");
        Option<int> events = command.Number("--events", 10_000_000, "How many events.");
        Option<string> path = command.Folder();
        Option<string?> blocks = command.OneOf("--blocks", "large", "Which blocks the tables have.", "large", "small");
        return command.Does(line => Run(line.GetValue(events), line.GetRequiredValue(path), line.GetValue(blocks) == "small"));
    }

    private static int Run(int events, string path, bool smallBlocks)
    {
        string folder = Path.Combine(path, $"signals-sizes-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            EventLog log = new EventLogGenerator(new WorkloadOptions { Events = events }).Generate();
            using (SignalsCandidate candidate = new(SetupOf(folder) with { SmallBlocks = smallBlocks }))
            {
                candidate.Ingest(log, producers: 1);
                candidate.FlushAndCompact();
            }

            Print(folder, log.Distinct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Print(string folder, int events)
    {
        TableSizes sizes = new();
        using SignalStore store = SignalStore.Open(folder, SignalsCandidate.Schema(SetupOf(folder)), new StoreOptions());
        foreach (Table table in store.Engine.Tables.Tables)
        {
            sizes.Add(table, store.Schema[EventLog.TypeNames[table.Meta.EventType]]);
        }

        foreach ((string name, long bytes) in sizes.Bytes)
        {
            Console.WriteLine(Line(name, bytes, events));
        }

        Console.WriteLine(Line("all", sizes.Bytes.Values.Sum(), events));
        Console.WriteLine(FormattableString.Invariant(
            $"{events:N0} events, {sizes.Blocks:N0} blocks, {sizes.DirectoryEntries:N0} directory entries"));
    }

    private static StoreSetup SetupOf(string folder) => new(folder, WorkloadKind.Dense);

    private static string Line(string name, long bytes, int events) => FormattableString.Invariant(
        $"{name,-30} {bytes,12:N0} bytes {bytes / (double)events,6:F2} an event");
}
