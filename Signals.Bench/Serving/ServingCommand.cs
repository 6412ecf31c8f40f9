using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Compare;
using Signals.Serving;

namespace Signals.Bench.Serving;

/// <summary>
/// Measures a served definition. It measures single reads (p50, p99, bytes allocated), and batches of 256 users into padded
/// tensors, which it compares with a copy of the same bytes in the same run.
/// </summary>
internal sealed class ServingCommand(int users, int reads, int batches, string embedding, string path)
{
    private const int BatchUsers = 256;
    private const int PerType = 400;

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("serving", "Measure a served definition: single reads, and batches into padded tensors.");
        Option<int> users = command.Number("--users", 2000, "How many users.");
        Option<int> reads = command.Number("--reads", 20_000, "How many single reads.");
        Option<int> batches = command.Number("--batches", 30, "How many batches.");
        Option<string?> embedding = command.OneOf(
            "--embedding", "both", "Whether the embedding is stored, or computed at serving.", "stored", "computed", "both");
        Option<string> path = command.Folder();
        return command.Does(line => new ServingCommand(
            line.GetValue(users), line.GetValue(reads), line.GetValue(batches), line.GetValue(embedding)!, line.GetRequiredValue(path))
            .Run());
    }

    public int Run()
    {
        bool[] kinds = embedding switch
        {
            "stored" => [true],
            "computed" => [false],
            _ => [false, true],
        };
        foreach (bool isStored in kinds)
        {
            Console.WriteLine(isStored ? "-- embedding stored" : "-- embedding computed at serving");
            BenchFolder.Use(path, folder =>
            {
                using SignalStore store = ServingStore.Open(folder, users, PerType, isStored);
                Single(store);
                Batch(store);
            });
        }

        return 0;
    }

    private void Single(SignalStore store)
    {
        Random random = new(2);
        UserId[] chosen = [.. Enumerable.Range(0, reads).Select(_ => UserId.From((ulong)random.Next(users) + 1))];
        long rows = 0;
        foreach (UserId user in chosen)
        {
            rows += Read(store, user);
        }

        long[] ticks = new long[reads];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < reads; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Read(store, chosen[i]);
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Array.Sort(ticks);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"read: p50 {Microseconds(ticks, 0.5):F1} us, p99 {Microseconds(ticks, 0.99):F1} us, "
            + $"{(double)rows / reads:F1} rows, {(double)allocated / reads:F1} bytes allocated a read"));
    }

    private void Batch(SignalStore store)
    {
        Random random = new(3);
        Half[] embeddings = new Half[BatchUsers * ServingStore.Size * BenchEmbedding.Dimensions];
        float[] numbers = new float[BatchUsers * ServingStore.Size * 6];
        float[] mask = new float[BatchUsers * ServingStore.Size];
        TensorSet set = new TensorSet().Bind<Half>("embedding", embeddings).Bind<float>("numbers", numbers).Bind<float>("mask", mask);
        byte[] target = new byte[(2L * embeddings.Length) + (4L * numbers.Length) + (4L * mask.Length)];
        byte[] source = new byte[target.Length];
        random.NextBytes(source);
        TimeSpan batch = TimeSpan.MaxValue;
        TimeSpan copy = TimeSpan.MaxValue;
        UserId[] chosen = new UserId[BatchUsers];
        for (int i = 0; i < batches; i++)
        {
            foreach (ref UserId user in chosen.AsSpan())
            {
                user = UserId.From((ulong)random.Next(users) + 1);
            }

            long start = Stopwatch.GetTimestamp();
            store.ReadTensors(chosen, ServingStore.Definition, set);
            batch = TimeSpan.FromTicks(Math.Min(batch.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
            start = Stopwatch.GetTimestamp();
            source.CopyTo(target, 0);
            copy = TimeSpan.FromTicks(Math.Min(copy.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"batch of {BatchUsers}: {batch.TotalMilliseconds:F2} ms, "
            + $"copy of its {target.Length / 1e6:F1} MB {copy.TotalMilliseconds:F2} ms, "
            + $"{copy / batch:P0} of the ceiling (least of {batches})"));
        Explain(store, chosen, set);
    }

    /// <summary>Prints how the time of one more batch is divided among the stages.</summary>
    private static void Explain(SignalStore store, UserId[] users, TensorSet set)
    {
        ReadTrace trace = new();
        store.ReadTensors(users, ServingStore.Definition, set, new ReadOptions { Trace = trace });
        foreach (IGrouping<string, TraceStage> stage in trace.Stages.GroupBy(stage => stage.Name))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {stage.Key,-12}{stage.Sum(one => one.RowsOut),8} rows {stage.Sum(one => one.Microseconds) / 1000,8:F2} ms"));
        }
    }

    private static int Read(SignalStore store, UserId user)
    {
        using ServedSequence answer = store.Read(user, ServingStore.Definition);
        return answer.Vector<Half>("embedding").Length / BenchEmbedding.Dimensions;
    }

    private static double Microseconds(long[] sorted, double quantile) =>
        sorted[(int)(quantile * (sorted.Length - 1))] * 1e6 / Stopwatch.Frequency;
}
