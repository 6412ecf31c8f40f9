using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Signals.Bench.Candidates;
using Signals.Bench.Compare;
using Signals.Bench.Workloads;

namespace Signals.Bench.Cold;

/// <summary>
/// Reads the last 100 events of one type while nothing is in memory. The page cache is dropped before each small group of reads.
/// Each group uses a store that was just opened, whose cache is a fraction of the data. The ceiling is one 4 KiB read from the
/// device.
/// </summary>
internal sealed class ColdCommand(WorkloadOptions workload, string[] peers, int reads, StoreSetup setup)
{
    private const int ReadsPerOpening = 25;
    private const int PageBytes = 4096;

    private int _wrong;

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("cold", "Read the last 100 events of one type while nothing is in memory.");
        Option<int> events = command.Number("--events", 10_000_000, "How many events.");
        Option<int> users = command.Number("--users", 200_000, "Of so many users.");
        Option<string> peers = command.Text("--peer", "lmdb,rocksdb", "lmdb,rocksdb", "What to compare with, or none.");
        Option<int> reads = command.Number("--reads", 1000, "How many reads.");
        Option<int> cache = command.Number("--cache-mib", 32, "The cache of a store.");
        Option<string?> blocks = command.OneOf("--blocks", "large", "Which blocks the tables have.", "large", "small");
        Option<string> path = command.Folder();
        return command.Does(line => new ColdCommand(
            new WorkloadOptions { Events = line.GetValue(events), Users = line.GetValue(users) },
            [.. line.GetRequiredValue(peers).Split(',', StringSplitOptions.RemoveEmptyEntries).Where(peer => peer != "none")],
            line.GetValue(reads),
            new StoreSetup(line.GetRequiredValue(path), WorkloadKind.Dense, CacheBytes: (long)line.GetValue(cache) << 20,
                SmallBlocks: line.GetValue(blocks) == "small")).Run());
    }

    /// <summary>Runs the command and returns the exit code: 1 when an answer was wrong.</summary>
    public int Run()
    {
        if (!OperatingSystem.IsLinux())
        {
            Console.WriteLine("The page cache can be dropped on Linux alone.");
            return 0;
        }

        EventLogGenerator generator = new(workload);
        EventLog log = generator.Generate();
        ulong[] users = [.. generator.UniformUsers(reads, seed: 41)];
        SequenceModel model = new(log, users.Take(100).Distinct());
        foreach (string name in (string[])[Peers.Ours, .. peers])
        {
            try
            {
                BenchFolder.Use(setup.Path, folder => Measure(name, folder, log, model, users));
            }
            catch (PeerMissingException missing)
            {
                Console.WriteLine($"{name} was left out: {missing.Message}");
            }
        }

        return _wrong == 0 ? 0 : 1;
    }

    private void Measure(string name, string folder, EventLog log, SequenceModel model, ulong[] users)
    {
        long dataBytes;
        string dataFileEnd;
        using (ICandidate candidate = Peers.Open(name, setup with { Path = folder, Kind = workload.Kind, CacheBytes = null }))
        {
            candidate.Ingest(log, producers: 1);
            candidate.FlushAndCompact();
            dataFileEnd = candidate.DataFileEnd;
            dataBytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
                .Where(file => file.Name.EndsWith(dataFileEnd, StringComparison.Ordinal)).Sum(file => file.Length);
            _wrong += AnswerCheck.CountWrong(candidate, model);
        }

        double device = DevicePage(folder, dataFileEnd);
        List<double> microseconds = [];
        long deviceBytes = 0;
        for (int from = 0; from < users.Length; from += ReadsPerOpening)
        {
            using ICandidate candidate = Peers.Open(name, setup with { Path = folder, Kind = workload.Kind });
            candidate.Read(users[^1], ReadShape.OneType); // Loads code and handles, but not the data.
            PageCache.Drop(folder, dataFileEnd);
            foreach (ulong user in users.Skip(from).Take(ReadsPerOpening))
            {
                long before = DeviceReads.Bytes();
                long start = Stopwatch.GetTimestamp();
                candidate.Read(user, ReadShape.OneType);
                microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                deviceBytes += DeviceReads.Bytes() - before;
            }
        }

        microseconds.Sort();
        double p50 = microseconds[microseconds.Count / 2];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-8} {dataBytes / 1e6,6:N0} MB of data, {setup.CacheBytes >> 20} MiB of cache: "
            + $"p50 {p50,6:F0} us, p99 {microseconds[(int)(0.99 * (microseconds.Count - 1))],6:F0} us, "
            + $"{deviceBytes / 1024.0 / users.Length,6:F1} KiB from the device a read; "
            + $"one 4 KiB device read {device:F0} us, p50 is {p50 / device:F2}x; wrong answers so far {_wrong}"));
    }

    /// <summary>The median time in microseconds of reading a page of the largest file from the device.</summary>
    private static double DevicePage(string folder, string dataFileEnd)
    {
        string largest = new DirectoryInfo(folder)
            .EnumerateFiles($"*{dataFileEnd}", SearchOption.AllDirectories)
            .MaxBy(file => file.Length)!.FullName;
        using SafeFileHandle file = File.OpenHandle(
            largest, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        PageCache.Drop(folder, dataFileEnd);
        Random random = new(5);
        byte[] page = new byte[PageBytes];
        long pages = RandomAccess.GetLength(file) / PageBytes;
        double[] microseconds = new double[400];
        for (int i = 0; i < microseconds.Length; i++)
        {
            long offset = random.NextInt64(pages) * PageBytes;
            long start = Stopwatch.GetTimestamp();
            RandomAccess.Read(file, page, offset);
            microseconds[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(microseconds);
        return microseconds[microseconds.Length / 2];
    }
}
