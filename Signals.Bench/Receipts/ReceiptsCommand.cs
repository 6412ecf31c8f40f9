using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Bench.Receipts;

/// <summary>
/// Measures, for several lengths of a sequence, the bytes per logged request of a receipt and of the complete features. Also
/// measures what a receipt costs a read, and how fast sequences are rebuilt.
/// </summary>
internal sealed class ReceiptsCommand(int requests, string path)
{
    private const int Dimensions = 64;
    private const int Users = 20;
    private const int IngestEvents = 2_000_000;
    private const int IngestRounds = 4;
    private static readonly int[] Lengths = [100, 1024, 16_000];
    private static readonly ReadOptions WithReceipt = new() { WithReceipt = true };

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("receipts", "Measure the bytes of receipts beside those of the features, and how fast they rebuild.");
        Option<int> requests = command.Number("--requests", 200, "How many requests.");
        Option<string> path = command.Folder();
        return command.Does(line => new ReceiptsCommand(line.GetValue(requests), line.GetRequiredValue(path)).Run());
    }

    public int Run()
    {
        MeasureIngest();
        Console.WriteLine(
            "length  rows  receipt B  features B/request  same, 1 a block  ratio   read us  + receipt us  log us  "
            + "rebuild one ms  rebuilt/s in bulk");
        foreach (int length in Lengths)
        {
            string folder = Path.Combine(path, $"signals-receipts-{Guid.NewGuid():N}");
            Directory.CreateDirectory(folder);
            try
            {
                Measure(folder, length);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return 0;
    }

    /// <summary>
    /// Appends the same events to a store that keeps versions and to one that does not, in turn, until they are flushed.
    /// </summary>
    private void MeasureIngest()
    {
        TimeSpan[] took = new TimeSpan[2];
        for (int round = -2; round < 2 * IngestRounds; round++)
        {
            int keeps = round & 1;
            string folder = Path.Combine(path, $"signals-receipts-{Guid.NewGuid():N}");
            StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<ulong>("item").Field<float>("dwell")));
            StoreOptions options = new() { VersionRetention = keeps == 1 ? new VersionRetention() : null };
            using (SignalStore store = SignalStore.Open(folder, schema, options))
            {
                EventBatch batch = store.CreateBatch("view");
                TimeSpan time = Time(() => IngestInto(store, batch));
                took[keeps] += round < 0 ? TimeSpan.Zero : time; // The first round of each only warms up.
            }

            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ingest of {IngestEvents:N0} events to flushed: {took[0].TotalSeconds / IngestRounds:F2} s, "
            + $"with kept versions {took[1].TotalSeconds / IngestRounds:F2} s, ratio {took[1] / took[0]:F2} "
            + $"({IngestRounds} rounds in turn)"));
    }

    private static void IngestInto(SignalStore store, EventBatch batch)
    {
        const long StartMs = 1_767_225_600_000;
        for (int i = 0; i < IngestEvents; i++)
        {
            batch.Add(UserId.From((ulong)(i * 2_654_435_761L % 100_000) + 1), StartMs + i, (ulong)i)
                .Set("item", (ulong)i % 5000)
                .Set("dwell", (float)(i % 100));
            if (batch.Count == 256)
            {
                store.Append(batch);
                batch.Clear();
            }
        }

        store.Append(batch);
        batch.Clear();
        store.FlushAsync().GetAwaiter().GetResult();
    }

    private void Measure(string folder, int length)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType(
            "view",
            t => t.Field<ulong>("item")
                .Field<float>("dwell")
                .Field<byte>("surface")
                .Enrichment<int>("category")
                .EnrichmentVector<Half>("embedding", Dimensions)));
        StoreOptions options = new() { VersionRetention = new VersionRetention() };
        using SignalStore store = SignalStore.Open(Path.Combine(folder, "store"), schema, options);
        store.Definitions.Register(SequenceDefinition.Create("feed")
            .OwnedBy("bench")
            .From("view", source => source.Last(length))
            .Size(length)
            .Columns("item", "dwell", "surface", "category", "embedding")
            .Build());
        Ingest ingest = new(store);
        ingest.Append(length);
        store.CompactAsync().GetAwaiter().GetResult();

        SequenceReceipt[] receipts = new SequenceReceipt[requests];
        long rows = 0;
        (TimeSpan plain, TimeSpan withReceipt, TimeSpan logged) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        string together = Path.Combine(folder, "features.log");
        string alone = Path.Combine(folder, "alone.log");
        using (FeatureLogWriter log = FeatureLogWriter.Open(together))
        using (FeatureLogWriter each = FeatureLogWriter.Open(alone))
        {
            for (int i = 0; i < requests; i++)
            {
                UserId user = UserId.From((ulong)(i % Users) + 1);
                ingest.Append(1);
                store.Read(user, "feed").Dispose(); // Loads what was appended since into the caches, for both kinds of reads.
                ServedSequence served = default;
                bool isPlainFirst = i % 2 == 0;
                plain += isPlainFirst ? Time(ReadPlain) : TimeSpan.Zero;
                withReceipt += Time(() =>
                {
                    served = store.Read(user, "feed", WithReceipt);
                    receipts[i] = served.Receipt;
                });
                plain += isPlainFirst ? TimeSpan.Zero : Time(ReadPlain);
                rows += served.Count;
                logged += Time(() => log.Append(served));
                each.Append(served);
                each.Flush();
                served.Dispose();
                if (i % 50 == 49)
                {
                    store.FlushAsync().GetAwaiter().GetResult();
                }

                void ReadPlain() => store.Read(user, "feed").Dispose();
            }
        }

        Report(store, receipts, length, rows, new FileInfo(together).Length, new FileInfo(alone).Length, plain, withReceipt, logged);
    }

    private void Report(
        SignalStore store,
        SequenceReceipt[] receipts,
        int length,
        long rows,
        long together,
        long alone,
        TimeSpan plain,
        TimeSpan withReceipt,
        TimeSpan logged)
    {
        TimeSpan one = Time(() => Require(store.Rebuild(receipts[requests / 2])));
        int rebuilt = 0;
        TimeSpan bulk = Time(() => store.RebuildAsync(receipts, (_, sequence) => rebuilt += Require(sequence)).GetAwaiter().GetResult());
        double bytes = (double)together / requests;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{length,6}  {rows / requests,5}  {SequenceReceipt.Bytes,8}  {bytes,17:N0}  {(double)alone / requests,15:N0}  "
            + $"{bytes / SequenceReceipt.Bytes,6:N0}  {Micros(plain),7:F1}  {Micros(withReceipt - plain),12:F1}  "
            + $"{Micros(logged),6:F1}  {one.TotalMilliseconds,14:F1}  {rebuilt / bulk.TotalSeconds,17:N0}"));
    }

    private static int Require(RebuiltSequence sequence)
    {
        using (sequence)
        {
            return sequence.Status == RebuildStatus.Exact ? 1 : throw new InvalidOperationException($"A receipt gave {sequence.Status}.");
        }
    }

    private double Micros(TimeSpan all) => all.TotalMicroseconds / requests;

    private static TimeSpan Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>
    /// Appends events of all users in turn. Popular items occur again and again with the same embedding, so that features repeat
    /// as real ones do.
    /// </summary>
    private sealed class Ingest(SignalStore store)
    {
        private readonly Random _random = new(1);
        private readonly Half[] _vector = new Half[Dimensions];
        private long _time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        private ulong _id;

        public void Append(int eventsPerUser)
        {
            EventBatch batch = store.CreateBatch("view");
            for (int i = 0; i < eventsPerUser; i++)
            {
                for (ulong user = 0; user < Users; user++)
                {
                    Add(batch, user);
                }

                if (batch.Count >= 1000 || i == eventsPerUser - 1)
                {
                    store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
                    batch.Clear();
                }
            }
        }

        private void Add(EventBatch batch, ulong user)
        {
            int item = (int)(50_000 * Math.Pow(_random.NextDouble(), 3));
            Random values = new(item);
            foreach (ref Half component in _vector.AsSpan())
            {
                component = (Half)(values.NextDouble() - 0.5);
            }

            batch.Add(UserId.From(user + 1), _time += 137, _id++)
                .Set("item", (ulong)item)
                .Set("dwell", (float)(-20 * Math.Log(1 - _random.NextDouble())))
                .Set("surface", (byte)_random.Next(8))
                .Set("category", item % 50)
                .SetVector<Half>("embedding", _vector);
        }
    }
}
