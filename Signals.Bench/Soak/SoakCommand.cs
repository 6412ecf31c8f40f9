using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Signals.Bench.Compare;
using Signals.Storage;

namespace Signals.Bench.Soak;

/// <summary>
/// Everything at once, for minutes: two producers with late events, two readers, imports of vectors and corrections, erasures, checkpoints that are opened and
/// verified, full compactions. Every answer is checked; a line every ten seconds.
/// </summary>
internal sealed class SoakCommand(int seconds, int users, int rate, int budgetMiB, string path, string json)
{
    public const string Usage = "soak [--minutes 10 | --seconds N] [--users 20000] [--rate 100000] [--budget-mib 256] [--path DIR] [--json FILE]";
    private const int Interval = 10;

    /// <summary>Beyond the budget: working memory of flushes, merges, imports, checkpoints that are open, and the runtime.</summary>
    private const int WorkingMiB = 512;

    /// <exception cref="FormatException">An unknown option, or a value that is none.</exception>
    public static SoakCommand Parse(ReadOnlySpan<string> arguments)
    {
        OptionReader options = new(arguments, Usage);
        SoakCommand command = new(
            options.Number("--seconds", 60 * options.Number("--minutes", 10)), options.Number("--users", 20_000), options.Number("--rate", 100_000),
            options.Number("--budget-mib", 256), options.Text("--path", Path.GetTempPath()), options.Text("--json", ""));
        options.RequireAllUsed();
        return command;
    }

    /// <summary>The exit code: 1 when an answer was wrong or memory grew without bound.</summary>
    public int Run()
    {
        List<object> lines = [];
        bool isGood = true;
        BenchFolder.Use(path, folder => isGood = RunIn(folder, lines));
        if (json.Length > 0)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(lines));
        }

        return isGood ? 0 : 1;
    }

    private bool RunIn(string folder, List<object> lines)
    {
        using CancellationTokenSource stop = new();
        string data = Path.Combine(folder, "store");
        using SignalStore store = SignalStore.Open(data, SoakEvent.Schema, new StoreOptions { MemoryBudgetBytes = (long)budgetMiB << 20 });
        SoakRun run = new(store, folder, users, rate, stop.Token);
        Task[] loops = run.Start();
        ProcessUse use = ProcessUse.Start();
        double most = 0;
        Console.WriteLine("     s   events/s    reads/s  read p50    p99   p99.9      max us  append max ms  peak MiB  disk MB  stalls  imports erasures checkpoints compactions");
        for (int at = 0; at < seconds && !loops.Any(loop => loop.IsFaulted); at += Interval)
        {
            long begin = Stopwatch.GetTimestamp();
            Task.WaitAny(loops, TimeSpan.FromSeconds(Math.Min(Interval, seconds - at)));
            SoakFigures figures = run.Interval.Take(Stopwatch.GetElapsedTime(begin).TotalSeconds);
            double peak = use.PeakMemory();
            most = Math.Max(most, peak);
            long disk = new DirectoryInfo(data).EnumerateFiles().Sum(file => file.Exists ? file.Length : 0) / 1_000_000;
            long stalls = store.GetStats().WriteStalls;
            lines.Add(new { at, figures, peak, disk, stalls, jobs = run.Jobs.ToArray() });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{at + Interval,6} {figures.EventsPerSecond,10:N0} {figures.ReadsPerSecond,10:N0} {figures.ReadP50,9:F1} {figures.ReadP99,6:F1} {figures.ReadP999,7:F1} {figures.ReadMax,11:F0} {figures.AppendMaxMs,14:F1} {peak,9:F0} {disk,8} {stalls,7} {run.Jobs[0],8} {run.Jobs[1],8} {run.Jobs[2],11} {run.Jobs[3],11}"));
        }

        stop.Cancel();
        Task.WaitAll(loops);
        Console.WriteLine($"{run.Faults} wrong answers; peak memory {most:F0} MiB, allowed {budgetMiB} + {WorkingMiB}");
        return run.Faults == 0 && most <= budgetMiB + WorkingMiB;
    }
}
