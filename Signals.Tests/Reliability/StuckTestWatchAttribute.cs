using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using NUnit.Framework.Interfaces;
using Signals.Tests.Reliability;

[assembly: StuckTestWatch]

namespace Signals.Tests.Reliability;

/// <summary>
/// Ends a run of the tests in which one test runs for longer than SIGNALS_TEST_LIMIT minutes, with the programs that the tests have
/// started, and names both. Without that variable a test may take as long as it likes: a debugger may hold it. Any thread.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class StuckTestWatchAttribute : Attribute, ITestAction
{
    private static readonly ConcurrentDictionary<string, Running> Tests = new();
    private static readonly TimeSpan Limit = LimitOf(Environment.GetEnvironmentVariable("SIGNALS_TEST_LIMIT"));
    private static readonly bool IsOn = Limit > TimeSpan.Zero && StartLooking();

    /// <summary>Each test is watched, not the fixtures around it.</summary>
    public ActionTargets Targets => ActionTargets.Test;

    /// <summary>The test begins.</summary>
    public void BeforeTest(ITest test)
    {
        if (IsOn)
        {
            Tests[test.Id] = new(test.FullName, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>The test has ended.</summary>
    public void AfterTest(ITest test) => Tests.TryRemove(test.Id, out _);

    /// <summary>What stands in a message about <paramref name="tests" />, longest first, with the children of this process.</summary>
    private static string Describe(IEnumerable<(string Name, TimeSpan Time)> tests)
    {
        StringBuilder text = new();
        foreach ((string name, TimeSpan time) in tests.OrderByDescending(test => test.Time))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {time.TotalSeconds:F0} s  {name}");
        }

        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"  threads of the pool: {ThreadPool.ThreadCount}, waiting work: {ThreadPool.PendingWorkItemCount}");
        foreach ((int process, string state, string command) in Children())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  started: {process} ({state}) {command}");
        }

        return text.ToString();
    }

    private static TimeSpan LimitOf(string? minutes) =>
        double.TryParse(minutes, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit) && limit > 0
            ? TimeSpan.FromMinutes(limit) : TimeSpan.Zero;

    // A thread of its own: the pool may be what everything waits for.
    private static bool StartLooking()
    {
        Thread looking = new(() =>
        {
            using ManualResetEventSlim never = new();
            while (!never.Wait(Limit / 10))
            {
                Look();
            }
        })
        {
            IsBackground = true,
            Name = "stuck tests",
        };
        looking.Start();
        return true;
    }

    private static void Look()
    {
        (string Name, TimeSpan Time)[] running =
            [.. Tests.Values.Select(test => (test.Name, Stopwatch.GetElapsedTime(test.Start)))];
        if (running.Any(test => test.Time > Limit))
        {
            string what = Describe(running);
            EndChildren();
            Environment.FailFast($"A test runs for longer than {Limit.TotalMinutes} minutes. Running:\n{what}");
        }
    }

    private static void EndChildren()
    {
        foreach ((int id, _, _) in Children())
        {
            try
            {
                using Process child = Process.GetProcessById(id);
                child.Kill(entireProcessTree: true);
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException)
            {
                // It has ended meanwhile.
            }
        }
    }

    private static IEnumerable<(int Process, string State, string Command)> Children()
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
                yield return (int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), status[0], command);
            }
        }
    }

    private readonly record struct Running(string Name, long Start);
}
