using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using NUnit.Framework.Interfaces;
using Signals.Tests.Reliability;

[assembly: StuckTestWatch]

namespace Signals.Tests.Reliability;

/// <summary>
/// Ends a run of the tests in which one test runs for longer than SIGNALS_TEST_LIMIT minutes, and names the tests that were running and
/// the programs that they had started. Without that variable a test may take as long as it likes: a debugger may hold it. Any thread.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class StuckTestWatchAttribute : Attribute, ITestAction
{
    private static readonly ConcurrentDictionary<string, Running> Tests = new();
    private static readonly TimeSpan Limit = LimitOf(Environment.GetEnvironmentVariable("SIGNALS_TEST_LIMIT"));
    private static readonly Timer? Watch = Limit > TimeSpan.Zero ? new(_ => Look(), null, Limit / 10, Limit / 10) : null;

    /// <summary>Each test is watched, not the fixtures around it.</summary>
    public ActionTargets Targets => ActionTargets.Test;

    /// <summary>What stands in a message about <paramref name="tests" />, longest first, with the children of this process.</summary>
    public static string Describe(IEnumerable<(string Name, TimeSpan Time)> tests)
    {
        StringBuilder text = new();
        foreach ((string name, TimeSpan time) in tests.OrderByDescending(test => test.Time))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {time.TotalSeconds:F0} s  {name}");
        }

        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"  threads of the pool: {ThreadPool.ThreadCount}, waiting work: {ThreadPool.PendingWorkItemCount}");
        foreach (string child in Children())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  started: {child}");
        }

        return text.ToString();
    }

    /// <summary>The test begins.</summary>
    public void BeforeTest(ITest test)
    {
        if (Watch is not null)
        {
            Tests[test.Id] = new(test.FullName, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>The test has ended.</summary>
    public void AfterTest(ITest test) => Tests.TryRemove(test.Id, out _);

    private static TimeSpan LimitOf(string? minutes) =>
        double.TryParse(minutes, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit) && limit > 0
            ? TimeSpan.FromMinutes(limit) : TimeSpan.Zero;

    private static void Look()
    {
        (string Name, TimeSpan Time)[] running =
            [.. Tests.Values.Select(test => (test.Name, Stopwatch.GetElapsedTime(test.Start)))];
        if (running.Any(test => test.Time > Limit))
        {
            Environment.FailFast($"A test runs for longer than {Limit.TotalMinutes} minutes. Running:\n{Describe(running)}");
        }
    }

    private static IEnumerable<string> Children()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path["/proc/".Length])))
        {
            string[] status;
            string command;
            try
            {
                status = File.ReadAllText(Path.Combine(folder, "stat")).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                command = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
            }
            catch (IOException)
            {
                continue; // it has ended meanwhile
            }

            if (int.Parse(status[1], CultureInfo.InvariantCulture) == Environment.ProcessId)
            {
                yield return $"{Path.GetFileName(folder)} ({status[0]}) {command}";
            }
        }
    }

    private readonly record struct Running(string Name, long Start);
}
