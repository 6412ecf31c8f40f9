using System.Diagnostics;

namespace Signals.Tests.Cluster.Drills;

/// <summary>Measures the longest time without an answer, and without a complete one. Threads: one at a time.</summary>
internal sealed class GapMeter
{
    private const long Never = 0;

    private long _lastAnswer = Never;
    private long _lastComplete = Never;

    /// <summary>The longest time without an answer so far.</summary>
    public TimeSpan Answers { get; private set; }

    /// <summary>The longest time without a complete answer so far.</summary>
    public TimeSpan Complete { get; private set; }

    /// <summary>The answers that were taken.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the last answer was complete.</summary>
    public bool WasComplete { get; private set; }

    public void Take(bool isComplete)
    {
        long now = Stopwatch.GetTimestamp();
        Close(now, isComplete);
        Count++;
        _lastAnswer = now;
        _lastComplete = isComplete || _lastComplete == Never ? now : _lastComplete;
        WasComplete = isComplete;
    }

    /// <summary>Nobody can answer for a while, which does not count.</summary>
    public void Pause() => (_lastAnswer, _lastComplete) = (Never, Never);

    /// <summary>What is open at the end counts, too.</summary>
    public void End() => Close(Stopwatch.GetTimestamp(), isComplete: true);

    private void Close(long now, bool isComplete)
    {
        Answers = Longer(Answers, _lastAnswer, now);
        Complete = isComplete ? Longer(Complete, _lastComplete, now) : Complete;
    }

    private static TimeSpan Longer(TimeSpan longest, long since, long now)
    {
        TimeSpan gap = since == Never ? TimeSpan.Zero : Stopwatch.GetElapsedTime(since, now);
        return gap > longest ? gap : longest;
    }
}
