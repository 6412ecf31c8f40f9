using System.CommandLine;
using System.Globalization;
using Signals.Bench.Compare;

namespace Signals.Bench.Vectors;

/// <summary>Compares warm reads of a user's last 100 events with their vectors: 64 bytes (64 x int8) and 128 bytes (64 x Half).</summary>
internal sealed class VectorCommand(int events, int users, int reads, string path)
{
    private int _wrong;

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("vectors", "Compare warm reads of a user's last 100 events with their vectors.");
        Option<int> events = command.Number("--events", 1_500_000, "How many events.");
        Option<int> users = command.Number("--users", 200_000, "Of so many users.");
        Option<int> reads = command.Number("--reads", 100_000, "How many reads.");
        Option<string> path = command.Folder();
        return command.Does(line => new VectorCommand(
            line.GetValue(events), line.GetValue(users), line.GetValue(reads), line.GetRequiredValue(path)).Run());
    }

    /// <summary>Runs the comparison and returns the exit code: 1 when an answer was wrong.</summary>
    public int Run()
    {
        Run(
            new VectorWorkload(events, users, reads, 64),
            "64 x int8",
            folder => new SignalsVectors<sbyte>(folder),
            folder => new FasterVectors<Vector64Bytes>(folder));
        Run(
            new VectorWorkload(events, users, reads, 128),
            "64 x Half",
            folder => new SignalsVectors<Half>(folder),
            folder => new FasterVectors<Vector128Bytes>(folder));
        return _wrong == 0 ? 0 : 1;
    }

    private void Run(VectorWorkload workload, string what, params Func<string, IVectorStore>[] stores)
    {
        Console.WriteLine(
            $"last {VectorAnswer.Rows} of one type with vectors of {what}, "
            + $"{workload.Log.Count:N0} events, {workload.Readers.Length:N0} Zipf users");
        double ceiling = workload.CopyCeiling();
        ReadResult ours = default;
        Func<string, IVectorStore>[] all = [.. stores, folder => new RocksDbVectors(folder, workload.VectorBytes)];
        foreach (Func<string, IVectorStore> open in all)
        {
            BenchFolder.Use(path, folder =>
            {
                using IVectorStore store = open(folder);
                store.Ingest(workload);
                _wrong += workload.CountWrong(store);
                ReadResult result = ReadPhase.Run(store.Read, workload.Readers);
                ours = ours == default ? result : ours;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {store.Name,-8} {result.PerSecond / 1e3,7:N0} k reads/s, "
                    + $"p50 {result.P50,6:F2} us, p99 {result.P99,6:F2} us, {result.Rows:F1} rows a read, "
                    + $"{result.PerSecond / ceiling,4:P0} of the copy; Signals {ours.PerSecond / result.PerSecond:F2}x"));
            });
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  copy     {ceiling / 1e3,7:N0} k reads/s; {_wrong} wrong answers"));
    }
}
