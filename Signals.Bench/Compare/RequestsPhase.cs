using System.Diagnostics;
using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>
/// 64 callers at the same time take requests in turn. A request appends its events, awaits their acknowledgement, and reads the
/// last 100 events of its user over all types. A caller has a thread of its own only where the store blocks threads.
/// </summary>
internal sealed class RequestsPhase(RequestPlan plan)
{
    private const int Callers = 64;

    private readonly LatencyHistogram[] _acks = [.. Enumerable.Range(0, Callers).Select(_ => new LatencyHistogram())];
    private int _next;

    /// <summary>Measures the requests under the keys that begin with <paramref name="key"/>. Returns how many answers are wrong.</summary>
    public int Run(ICandidate candidate, string key, FigureSet figures)
    {
        ICaller[] callers = [.. Enumerable.Range(0, Callers).Select(_ => candidate.NewCaller()).OfType<ICaller>()];
        if (callers.Length == 0)
        {
            return 0;
        }

        PhaseClock clock = PhaseClock.Start();
        Task.WaitAll([.. callers.Select((caller, i) => Start(caller, _acks[i]))]);
        double seconds = clock.Elapsed.TotalSeconds;
        figures.AddUse(key, clock, plan.Count);
        LatencyHistogram all = new();
        foreach (LatencyHistogram part in _acks)
        {
            all.Add(part);
        }

        figures[key] = plan.Count / seconds / 1e3;
        figures[key + "_events"] = plan.Log.Count / seconds / 1e3;
        figures[key + "_ack_p50"] = all.Percentile(0.5);
        figures[key + "_ack_p99"] = all.Percentile(0.99);
        foreach (ICaller caller in callers)
        {
            caller.Dispose();
        }

        int wrong = AnswerCheck.CountWrong(candidate, plan.Model);
        Console.WriteLine(
            $"   {key}: {plan.Count / seconds:N0} requests/s, ack p50 {figures[key + "_ack_p50"]:F0} us, wrong: {wrong}");
        return wrong;
    }

    private Task Start(ICaller caller, LatencyHistogram acks) => caller.Blocks
        ? Task.Factory.StartNew(
            () => CallAsync(caller, acks).GetAwaiter().GetResult(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)
        : Task.Run(() => CallAsync(caller, acks));

    private async Task CallAsync(ICaller caller, LatencyHistogram acks)
    {
        for (int request; (request = Interlocked.Increment(ref _next) - 1) < plan.Count;)
        {
            long start = Stopwatch.GetTimestamp();
            await caller.AppendAsync(plan.Log, plan.StartOf(request), plan.EventsOf(request)).ConfigureAwait(false);
            acks.Add(Stopwatch.GetTimestamp() - start);
            caller.Read(plan.UserOf(request));
        }
    }
}
