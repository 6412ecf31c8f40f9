using System.Diagnostics;
using System.Runtime.InteropServices;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;
using Signals.Offline;

namespace Signals.Bench.Import;

/// <summary>
/// This library: imports a segment with one vector per event, reads it at once, then waits until compaction has folded it.
/// </summary>
internal sealed class SignalsImport(ImportWorkload workload, string folder, bool move)
{
    private const string Vector = "embedding";

    /// <summary>Runs the import and prints how long it took. False when a read gave a wrong vector.</summary>
    public bool Run()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t
            .Field<long>("item_id").Field<byte>("surface").Field<int>("action").Field<float>("dwell")
            .EnrichmentVector<sbyte>(Vector, Vectors64.Dimensions)));
        using SignalStore store = SignalStore.Open(Path.Combine(folder, "store"), schema);
        Ingest(store);
        string file = Path.Combine(folder, "vectors.seg");
        long begin = Stopwatch.GetTimestamp();
        Write(store, file);
        double writing = Stopwatch.GetElapsedTime(begin).TotalSeconds;

        SequenceQuery query = store.Query("view").Last(100).Columns("item_id", Vector).Build();
        long segmentBytes = new FileInfo(file).Length;
        StoreStats start = store.GetStats();
        long compacted = start.CompactionBytesWritten - start.FoldBytesWritten;
        using ReadProbe probe = new(workload.Readers, user => store.Read(UserId.From(user), query).Dispose());
        Wait(2);
        probe.Take();
        Wait(3);
        var idle = probe.Take();
        begin = Stopwatch.GetTimestamp();
        store.ImportAsync(file, new ImportOptions { Move = move }).GetAwaiter().GetResult();
        bool right = IsRight(store, query, workload.Readers[0]);
        double importing = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        var during = probe.Take();
        begin = Stopwatch.GetTimestamp();
        long misses = store.GetStats().BlockCacheMisses;
        StoreStats stats = WaitUntilFolded(store);
        double folding = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        var compacting = probe.Take();
        Wait(2); // The column files are being read into the cache.
        probe.Take();
        Wait(3);
        var after = probe.Take();
        Console.WriteLine(
            $"Signals, {(move ? "move" : "copy")}: segment written (sorted, synced) at {Rate(writing)}; "
            + $"imported until a read saw it at {Rate(importing)}; "
            + $"both {Rate(writing + importing)}; folded in the background within {folding:F2} s");
        Console.WriteLine(
            $"  reads p50/p99 us: idle {idle.P50:F1}/{idle.P99:F1} ({idle.Reads:N0}), "
            + $"during the import {during.P50:F1}/{during.P99:F1} ({during.Reads:N0}), "
            + $"until folded {compacting.P50:F1}/{compacting.P99:F1} ({compacting.Reads:N0}, "
            + $"{stats.BlockCacheMisses - misses:N0} blocks loaded), "
            + $"idle afterwards {after.P50:F1}/{after.P99:F1} ({after.Reads:N0})");
        Console.WriteLine(
            $"  bytes written per patched row: segment {(double)segmentBytes / workload.Log.Count:F1}, "
            + $"import {(move ? 0 : (double)segmentBytes / workload.Log.Count):F1}, "
            + $"fold {(double)stats.FoldBytesWritten / workload.Log.Count:F1}; "
            + $"other compactions {stats.CompactionBytesWritten - stats.FoldBytesWritten - compacted:N0} bytes in all; "
            + $"{stats.RowsFolded:N0} rows folded");
        foreach (ulong user in workload.Readers.Take(500))
        {
            right &= IsRight(store, query, user);
        }

        return right;
    }

    private static StoreStats WaitUntilFolded(SignalStore store)
    {
        for (int left = 1200; ; left--)
        {
            StoreStats stats = store.GetStats();
            if (stats.PatchRows == 0 || left == 0)
            {
                return stats;
            }

            using ManualResetEventSlim never = new();
            never.Wait(TimeSpan.FromMilliseconds(100));
        }
    }

    private void Ingest(SignalStore store)
    {
        EventLog log = workload.Log;
        EventBatch batch = store.CreateBatch("view", ICandidate.BatchRows);
        for (int i = 0; i < log.Count; i++)
        {
            batch.Add(UserId.From(log.Users[i]), log.Times[i], log.Ids[i])
                .Set("item_id", (long)log.Items[i])
                .Set("surface", log.Surfaces[i])
                .Set("action", (int)log.Actions[i])
                .Set("dwell", log.Dwells[i]);
            if (batch.Count == ICandidate.BatchRows || i == log.Count - 1)
            {
                store.Append(batch);
                batch.Clear();
            }
        }

        store.CompactAsync().GetAwaiter().GetResult();
    }

    private void Write(SignalStore store, string file)
    {
        EventLog log = workload.Log;
        EventTypeSchema type = store.Schema["view"];
        Column<sbyte> column = type.Column<sbyte>(Vector);
        using SegmentWriter writer = SegmentWriter.Create(
            file, type, new SegmentOptions { Generation = 1, MemoryBudgetBytes = 1L << 30 });
        byte[] vector = new byte[Vectors64.Dimensions];
        foreach (int i in workload.Sorted)
        {
            Vectors64.Write(log.Ids[i], vector);
            writer.Correct(UserId.From(log.Users[i]), log.Times[i], log.Ids[i])
                .SetVector(column, MemoryMarshal.Cast<byte, sbyte>(vector));
        }

        writer.Finish();
    }

    private static bool IsRight(SignalStore store, SequenceQuery query, ulong user)
    {
        Span<byte> expected = stackalloc byte[Vectors64.Dimensions];
        using Sequence sequence = store.Read(UserId.From(user), query);
        ReadOnlySpan<byte> vectors = MemoryMarshal.AsBytes(sequence.Vector<sbyte>(Vector));
        for (int row = 0; row < sequence.Count; row++)
        {
            Vectors64.Write(sequence.Ids[row], expected);
            if (!vectors.Slice(row * Vectors64.Dimensions, Vectors64.Dimensions).SequenceEqual(expected))
            {
                Console.WriteLine($"WRONG ANSWER Signals, user {user}, row {row}");
                return false;
            }
        }

        return sequence.Count > 0;
    }

    private string Rate(double seconds) => $"{workload.Log.Count / seconds / 1e6:F2} M rows/s";

    private static void Wait(int seconds)
    {
        using ManualResetEventSlim never = new();
        never.Wait(TimeSpan.FromSeconds(seconds));
    }
}
