using System.Diagnostics;

namespace Signals.Dashboard.Sampling;

/// <summary>Listens to flushes, compactions and imports of the page's stores: those that run, and the last ones.</summary>
/// <remarks>Thread contract: callbacks come from the stores' background threads; any thread asks. Lifetime: until disposed.</remarks>
internal sealed class WorkListener : IDisposable
{
    private const int MostKept = 40;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedList<FinishedWork>> _finished; // The lists are guarded by _lock.
    private readonly Dictionary<Activity, RunningWork> _running = []; // Guarded by _lock.
    private readonly ActivityListener _listener;

    /// <param name="stores">The names that the stores give their telemetry.</param>
    public WorkListener(IEnumerable<string> stores)
    {
        _finished = stores.Distinct().ToDictionary(store => store, _ => new LinkedList<FinishedWork>());
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == StoreTelemetryNames.Source
                && StoreTelemetryNames.StoreOf(source.Tags) is string store && _finished.ContainsKey(store),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = Started,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What a store does now, the oldest first.</summary>
    public IReadOnlyList<RunningWork> RunningOf(string store)
    {
        lock (_lock)
        {
            return [.. _running.Values.Where(work => work.Store == store).OrderBy(work => work.StartedAt)];
        }
    }

    /// <summary>What a store did lately, the newest first.</summary>
    public IReadOnlyList<FinishedWork> FinishedOf(string store)
    {
        lock (_lock)
        {
            return _finished.TryGetValue(store, out LinkedList<FinishedWork>? list) ? [.. list] : [];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Started(Activity activity)
    {
        if (StoreTelemetryNames.StoreOf(activity.Source.Tags) is string store)
        {
            lock (_lock)
            {
                _running[activity] = new RunningWork(store, KindOf(activity), activity.StartTimeUtc);
            }
        }
    }

    private void Stopped(Activity activity)
    {
        lock (_lock)
        {
            if (!_running.Remove(activity, out RunningWork? work))
            {
                return;
            }

            LinkedList<FinishedWork> list = _finished[work.Store];
            list.AddFirst(new FinishedWork(
                work.Kind, work.StartedAt, activity.Duration, activity.GetTagItem("signals.event_type") as string,
                NumberOf(activity, "signals.rows"), NumberOf(activity, "signals.tables"),
                NumberOf(activity, "signals.bytes") ?? NumberOf(activity, "signals.bytes_written")));
            if (list.Count > MostKept)
            {
                list.RemoveLast();
            }
        }
    }

    private static string KindOf(Activity activity) =>
        activity.OperationName.StartsWith("signals.", StringComparison.Ordinal)
            ? activity.OperationName["signals.".Length..]
            : activity.OperationName;

    private static long? NumberOf(Activity activity, string tag) => activity.GetTagItem(tag) switch
    {
        int number => number,
        long number => number,
        _ => null,
    };
}
