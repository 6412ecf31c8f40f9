using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Signals.Bench.Compare;

namespace Signals.Bench.Soak;

/// <summary>
/// Runs everything at once for minutes: two producers with late events, two readers, imports of vectors and corrections,
/// erasures, checkpoints that are opened and verified, and full compactions. Every answer is checked. A line is printed every ten
/// seconds.
/// </summary>
internal sealed class SoakCommand(int seconds, int users, int rate, int budgetMiB, string path, string json, string chart)
{
    private const int Interval = 10;

    /// <summary>
    /// Memory beyond the budget and the managed heap: working memory of flushes, merges, imports, and open checkpoints.
    /// </summary>
    private const int WorkingMiB = 256;

    /// <summary>The limit of the managed heap, which the collector lets grow between collections.</summary>
    private const int MostHeapMiB = 768;

    /// <summary>
    /// Disk space beyond twice what last-N keeps: logs, one of them prepared ahead, inputs of merges, and rows that are not
    /// reclaimed yet.
    /// </summary>
    private const int WorkingMB = 1_000;

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("soak", "Run everything at once for minutes, check every answer, and draw how it went.");
        Option<int> minutes = command.Number("--minutes", 10, "How long.");
        Option<int> seconds = command.Number("--seconds", 600, "How long, in seconds.");
        seconds.DefaultValueFactory = null;
        Option<int> users = command.Number("--users", 20_000, "How many users.");
        Option<int> rate = command.Number("--rate", 100_000, "Events a second.");
        Option<int> budget = command.Number("--budget-mib", 256, "The memory budget of the store.");
        Option<string> path = command.Folder();
        Option<string> json = command.Text("--json", "FILE", "", "Write the lines into this file.");
        Option<string> chart = command.Text("--chart", "FILE.svg", "", "Draw the lines into this file.");
        return command.Does(line => new SoakCommand(
            line.GetValue(seconds) is > 0 and int given ? given : 60 * line.GetValue(minutes), line.GetValue(users),
            line.GetValue(rate), line.GetValue(budget), line.GetRequiredValue(path), line.GetValue(json) ?? "",
            line.GetValue(chart) ?? "").Run());
    }

    /// <summary>
    /// Runs the soak and returns the exit code: 1 when an answer was wrong, or memory or files exceeded what is allowed.
    /// </summary>
    public int Run()
    {
        List<SoakLine> lines = [];
        bool isGood = true;
        BenchFolder.Use(path, folder => isGood = RunIn(folder, lines));
        if (json.Length > 0)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(lines));
        }

        if (chart.Length > 0)
        {
            File.WriteAllText(chart, SoakChart.Draw(lines));
        }

        return isGood ? 0 : 1;
    }

    private bool RunIn(string folder, List<SoakLine> lines)
    {
        using CancellationTokenSource stop = new();
        string data = Path.Combine(folder, "store");
        using SignalStore store = SignalStore.Open(
            data, SoakEvent.Schema, new StoreOptions { MemoryBudgetBytes = (long)budgetMiB << 20 });
        SoakRun run = new(store, folder, users, rate, stop.Token);
        Task[] loops = run.Start();
        ProcessUse use = ProcessUse.Start();
        Console.WriteLine(
            "     s   events/s    reads/s  read p50    p99   p99.9      max us  append max ms  "
            + "peak MiB  heap MiB  disk MB  stalls  imports erasures checkpoints compactions");
        for (int at = 0; at < seconds && !loops.Any(loop => loop.IsFaulted); at += Interval)
        {
            long begin = Stopwatch.GetTimestamp();
            Task.WaitAny(loops, TimeSpan.FromSeconds(Math.Min(Interval, seconds - at)));
            SoakFigures figures = run.Interval.Take(Stopwatch.GetElapsedTime(begin).TotalSeconds);
            SoakLine line = new(
                at + Interval,
                figures,
                use.PeakMemory(),
                GC.GetGCMemoryInfo().TotalCommittedBytes >> 20,
                MegaBytes(data),
                store.GetStats().WriteStalls,
                [.. run.Jobs]);
            lines.Add(line);
            Print(line);
        }

        stop.Cancel();
        Task.WaitAll(loops);
        long mostHeap = lines.Max(line => line.HeapMiB);
        double mostMemory = lines.Max(line => line.PeakMiB) - mostHeap;
        long mostDisk = lines.Max(line => line.DiskMB);
        long allowedDisk = WorkingMB + (2L * users * SoakEvent.KeepLast * SoakEvent.RowBytes / 1_000_000);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Faults} wrong answers; {run.Jobs[0]} imports, {run.Jobs[1]} erasures, {run.Jobs[2]} checkpoints, "
            + $"{run.Jobs[3]} compactions; peak memory less managed heap {mostMemory:F0} MiB, "
            + $"allowed {budgetMiB} + {WorkingMiB}; managed heap at most {mostHeap} MiB, allowed {MostHeapMiB}; "
            + $"files at most {mostDisk} MB, allowed {allowedDisk}"));
        return run.Faults == 0 && mostMemory <= budgetMiB + WorkingMiB && mostHeap <= MostHeapMiB && mostDisk <= allowedDisk;
    }

    private static long MegaBytes(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Exists ? file.Length : 0) / 1_000_000;

    private static void Print(SoakLine line)
    {
        SoakFigures figures = line.Figures;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{line.Second,6} {figures.EventsPerSecond,10:N0} {figures.ReadsPerSecond,10:N0} {figures.ReadP50,9:F1} "
            + $"{figures.ReadP99,6:F1} {figures.ReadP999,7:F1} {figures.ReadMax,11:F0} {figures.AppendMaxMs,14:F1} "
            + $"{line.PeakMiB,9:F0} {line.HeapMiB,9} {line.DiskMB,8} {line.Stalls,7} {line.Jobs[0],8} {line.Jobs[1],8} "
            + $"{line.Jobs[2],11} {line.Jobs[3],11}"));
    }
}
