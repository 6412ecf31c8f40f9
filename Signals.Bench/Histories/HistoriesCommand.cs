using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Candidates;
using Signals.Bench.Compare;

namespace Signals.Bench.Histories;

/// <summary>
/// Shows whether a read of the last 100 events costs the same however long the user's history is. Measures warm times, and the
/// bytes read when cold.
/// </summary>
internal sealed class HistoriesCommand(int users, string path)
{
    private const int ReadsPerLength = 20_000;

    private static readonly int[] Lengths = [100, 1_000, 4_000, 16_000, 64_000];
    private static readonly long Start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("histories", "Show whether a read costs the same however long the user's history is.");
        Option<int> users = command.Number("--users", 40, "How many users of each length.");
        Option<string> path = command.Folder();
        return command.Does(line => new HistoriesCommand(line.GetValue(users), line.GetRequiredValue(path)).Run());
    }

    /// <summary>Runs the command and returns the exit code: 1 when an answer was wrong.</summary>
    public int Run()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t
            .Field<long>("item_id").Field<byte>("surface").Field<int>("action").Field<float>("dwell").Vector<sbyte>("embedding", 64)));
        int wrong = 0;
        BenchFolder.Use(path, folder =>
        {
            using (SignalStore store = SignalStore.Open(folder, schema))
            {
                Fill(store);
                SequenceQuery query = Last100(store);
                WarmUp(store, query, ref wrong);
                foreach (int length in Lengths)
                {
                    ulong[] readers = [.. Enumerable.Range(0, ReadsPerLength).Select(i => (ulong)(i % users))];
                    ReadResult result = ReadPhase.Run(user => Read(store, query, length, user, ref wrong), readers);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{length,7:N0} events a user: warm p50 {result.P50:F2} us, p99 {result.P99:F2} us, "
                        + $"{result.AllocatedBytes:F0} bytes allocated"));
                }
            }

            foreach (int length in Lengths)
            {
                using SignalStore cold = SignalStore.Open(folder, schema);
                SequenceQuery query = Last100(cold);
                for (ulong user = 0; user < (ulong)users; user++)
                {
                    Read(cold, query, length, user, ref wrong);
                }

                StoreStats stats = cold.GetStats();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{length,7:N0} events a user: with empty caches {stats.BlockBytesRead / 1024.0 / users:F1} KiB "
                    + $"in {(double)stats.BlockReads / users:F2} reads of the files a user"));
            }
        });
        Console.WriteLine($"{wrong} wrong answers");
        return wrong == 0 ? 0 : 1;
    }

    /// <summary>Reads until the runtime has compiled the code with full optimisation, which it does in the background.</summary>
    private void WarmUp(SignalStore store, SequenceQuery query, ref int wrong)
    {
        long begin = Stopwatch.GetTimestamp();
        for (ulong i = 0; Stopwatch.GetElapsedTime(begin).TotalSeconds < 2; i++)
        {
            Read(store, query, Lengths[i % (ulong)Lengths.Length], i % (ulong)users, ref wrong);
        }
    }

    private static SequenceQuery Last100(SignalStore store) =>
        store.Query("view").Last(ICandidate.ReadRows).Columns("item_id", "dwell").Build();

    private static int Read(SignalStore store, SequenceQuery query, int length, ulong user, ref int wrong)
    {
        using Sequence sequence = store.Read(UserOf(length, user), query);
        bool isRight = sequence.Count == Math.Min(length, ICandidate.ReadRows)
            && sequence.Times[0] == Start + ((length - 1) * 1000L)
            && sequence.Field<long>(0)[0] == length - 1;
        wrong += isRight ? 0 : 1;
        return sequence.Count;
    }

    private static UserId UserOf(int length, ulong user) => UserId.From(((ulong)length << 32) | user);

    private void Fill(SignalStore store)
    {
        EventBatch batch = store.CreateBatch("view", ICandidate.BatchRows);
        sbyte[] vector = new sbyte[64];
        foreach (int length in Lengths)
        {
            for (int i = 0; i < length; i++)
            {
                for (ulong user = 0; user < (ulong)users; user++)
                {
                    vector.AsSpan().Fill((sbyte)i);
                    batch.Add(UserOf(length, user), Start + (i * 1000L), (ulong)i)
                        .Set("item_id", (long)i)
                        .Set("surface", (byte)(i % 8))
                        .Set("action", i % 16)
                        .Set("dwell", i % 77 / 3f)
                        .SetVector<sbyte>("embedding", vector);
                    if (batch.Count == ICandidate.BatchRows)
                    {
                        store.Append(batch);
                        batch.Clear();
                    }
                }
            }
        }

        store.Append(batch);
        store.CompactAsync().GetAwaiter().GetResult();
    }
}
