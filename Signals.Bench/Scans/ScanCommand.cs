using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Compare;
using Signals.Bench.Workloads;
using Signals.Scanning;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;

namespace Signals.Bench.Scans;

/// <summary>
/// How many rows a second a scan gives on one core from memory, beside reads of each user, which export used before. It scans times,
/// ids and two numeric columns of a store in several states: one table, a table for each window, and events in memtables. Each figure
/// is the best of several passes, because other work on the machine can only slow a pass down.
/// </summary>
internal sealed class ScanCommand(int events, int users, int batchRows, string path)
{
    private const int Passes = 7;

    private static readonly string[] Columns = ["item", "dwell"];

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("scan", "Measure how many rows a second a scan gives on one core, beside reads of each user.");
        Option<int> events = command.Number("--events", 5_000_000, "How many events.");
        Option<int> users = command.Number("--users", 100_000, "Of so many users.");
        Option<int> batch = command.Number("--batch", 8_192, "The rows of a batch.");
        Option<string> path = command.Folder();
        return command.Does(line => new ScanCommand(
            line.GetValue(events), line.GetValue(users), line.GetValue(batch), line.GetRequiredValue(path)).Run());
    }

    /// <summary>Runs the command and returns the exit code: 1 when a scan and reads differ.</summary>
    public int Run()
    {
        bool isRight = true;
        EventLog log = new EventLogGenerator(
            new WorkloadOptions { Events = events, Users = users, DuplicateShare = 0 }).Generate();
        isRight &= Run("one table", log, TimeSpan.FromDays(3_650), memtable: false);
        isRight &= Run("a table a window", log, TimeSpan.FromDays(7), memtable: false);
        isRight &= Run("a tenth in memory", log, TimeSpan.FromDays(3_650), memtable: true);
        Console.WriteLine(isRight ? "every scan gave what reads gave" : "A SCAN DIFFERS FROM READS");
        return isRight ? 0 : 1;
    }

    private bool Run(string state, EventLog log, TimeSpan window, bool memtable)
    {
        bool isRight = false;
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t
            .Field<int>("item").Field<float>("dwell").Field<byte>("surface").Window(window)));
        BenchFolder.Use(path, folder =>
        {
            EngineOptions options = new StoreOptions { BlockCacheBytes = 1L << 30 }.Validate();
            options = options with { Compaction = options.Compaction with { WindowBytes = 0 } }; // a table for each window
            using SignalStore store = SignalStore.Open(FileSystems.ForThisMachine(), folder, schema, options, TimeProvider.System);
            Append(store, log, 0, memtable ? log.Count / 10 * 9 : log.Count);
            store.CompactAsync().GetAwaiter().GetResult();
            Append(store, log, memtable ? log.Count / 10 * 9 : log.Count, log.Count);
            Sums read = default;
            Report(state, "reads", () => read = Read(store));
            Sums cold = default;
            Report(state, "scan from files", () => cold = Scan(store, null, SequenceOrder.NewestFirst));
            Warm(store);
            Sums warm = default;
            Report(state, "scan from memory", () => warm = Scan(store, null, SequenceOrder.NewestFirst));
            Sums oldest = default;
            Report(state, "oldest first", () => oldest = Scan(store, null, SequenceOrder.OldestFirst));
            Sums days = default;
            Report(state, "two days of it", () => days = Scan(store, log, SequenceOrder.NewestFirst));
            Sums split = default;
            Report(state, "in two parts", () => split = ScanParts(store));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{state}: {store.GetTables().Count} tables, {read.Rows:N0} events"));
            isRight = read == cold && read == warm && read == oldest && read == split && days.Rows < read.Rows;
        });
        return isRight;
    }

    private static void Report(string state, string what, Func<Sums> pass)
    {
        double best = 0;
        long bytes = 0;
        for (int i = 0; i < Passes; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long begin = Stopwatch.GetTimestamp();
            Sums sums = pass();
            best = Math.Max(best, sums.Rows / Stopwatch.GetElapsedTime(begin).TotalSeconds);
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{state,-18} {what,-18} {best / 1e6,7:F1}M rows/s, {bytes / 1024,7:N0} KiB allocated"));
    }

    private Sums Scan(SignalStore store, EventLog? log, SequenceOrder order)
    {
        DateTimeOffset? from = log is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(log.Times[log.Count / 2]);
        using EventScan scan = store.Scan(
            "view", new ScanOptions { Columns = Columns, BatchRows = batchRows, Order = order, From = from, To = from?.AddDays(2) });
        return Sum(scan);
    }

    private Sums ScanParts(SignalStore store)
    {
        IReadOnlyList<EventScan> parts = store.SplitScan("view", new ScanOptions { Columns = Columns, BatchRows = batchRows }, 2);
        Task<Sums>[] sums = [.. parts.Select(part => Task.Run(() =>
        {
            using (part)
            {
                return Sum(part);
            }
        }))];
        return sums.Aggregate(default(Sums), (sum, part) => sum.Plus(part.Result));
    }

    // The sums stand for what a consumer does with a column; they are vectorised, and small beside the scan.
    private static Sums Sum(EventScan scan)
    {
        Sums sums = default;
        while (scan.TryNext(out ScanBatch batch))
        {
            sums = sums.Plus(Sums.Of(batch.Times, batch.Ids, batch.Field<int>(0), batch.Field<float>(1)));
        }

        return sums;
    }

    private static Sums Read(SignalStore store)
    {
        Sums sums = default;
        SequenceQuery query = store.Query("view").Columns(Columns).Build();
        foreach (UserId user in store.GetUsers("view"))
        {
            using Sequence sequence = store.Read(user, query);
            sums = sums.Plus(Sums.Of(sequence.Times, sequence.Ids, sequence.Field<int>("item"), sequence.Field<float>("dwell")));
        }

        return sums;
    }

    // Reads whose answers are larger than what heads keep bring the blocks into memory.
    private static void Warm(SignalStore store)
    {
        SequenceQuery query = store.Query("view").Columns(Columns).Build();
        foreach (UserId user in store.GetUsers("view"))
        {
            store.Read(user, query).Dispose();
        }
    }

    private static void Append(SignalStore store, EventLog log, int first, int end)
    {
        EventBatch batch = store.CreateBatch("view", 1_024);
        for (int i = first; i < end; i++)
        {
            batch.Add(UserId.From(log.Users[i]), log.Times[i], log.Ids[i])
                .Set("item", (int)(log.Ids[i] % 1_000_003)).Set("dwell", log.Ids[i] % 77 / 4f).Set("surface", (byte)(i % 8));
            if (batch.Count == 1_024 || i == end - 1)
            {
                store.Append(batch);
                batch.Clear();
            }
        }
    }
}
