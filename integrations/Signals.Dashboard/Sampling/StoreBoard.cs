using Microsoft.Extensions.Logging;

namespace Signals.Dashboard.Sampling;

/// <summary>All stores of the page, sampled at intervals as long as the host runs.</summary>
/// <remarks>
/// Thread contract: a timer samples, one sample after the other; any thread asks. Lifetime: from the start of the host, or the first
/// request, until it is disposed. It closes no store.
/// </remarks>
internal sealed partial class StoreBoard : IDisposable
{
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private readonly TimingListener _timings;
    private readonly StoreTimings[] _timed;
    private readonly Lock _sampling = new();

    public StoreBoard(IReadOnlyList<DashboardStore> stores, DashboardOptions options, TimeProvider time, ILogger log)
    {
        _log = log;
        Time = time;
        int samples = (int)Math.Ceiling(options.History / options.SampleInterval);
        Dictionary<string, StoreTimings> timings = options.MeasureLatency
            ? stores.Select(store => store.TelemetryName).Distinct().ToDictionary(name => name, _ => new StoreTimings())
            : [];
        _timed = [.. timings.Values];
        Stores = [.. stores.Select(store => new ShownStore(store, samples, timings.GetValueOrDefault(store.TelemetryName), time))];
        Work = new WorkListener(stores.Select(store => store.TelemetryName));
        _timings = new TimingListener(timings, MeterEnded);
        Sample();
        _timer = time.CreateTimer(_ => Sample(), state: null, options.SampleInterval, options.SampleInterval);
    }

    public IReadOnlyList<ShownStore> Stores { get; }

    public WorkListener Work { get; }

    public TimeProvider Time { get; }

    /// <summary>The store of a name; null when there is none.</summary>
    public ShownStore? Find(string name) => Stores.FirstOrDefault(store => store.Name == name);

    public void Dispose()
    {
        _timer.Dispose();
        _timings.Dispose();
        Work.Dispose();
        foreach (ShownStore store in Stores)
        {
            store.Work.CancelAll();
        }
    }

    private void MeterEnded(string name)
    {
        foreach (ShownStore store in Stores.Where(store => store.Settings.TelemetryName == name))
        {
            store.MayBeClosed();
        }
    }

    // A sample that finds another one still at work is left out. An exception would end the process, because it is the timer's thread.
    private void Sample()
    {
        if (!_sampling.TryEnter())
        {
            return;
        }

        try
        {
            foreach (StoreTimings timings in _timed)
            {
                timings.TakeIntervals();
            }

            foreach (ShownStore store in Stores)
            {
                store.Sample();
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            SampleFailed(error);
        }
        finally
        {
            _sampling.Exit();
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A sample of the page failed; the next one is taken as planned.")]
    private partial void SampleFailed(Exception error);
}
