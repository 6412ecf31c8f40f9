using System.Diagnostics.Metrics;

namespace Signals.Dashboard.Sampling;

/// <summary>Listens to the meters of the page's stores and counts what they time.</summary>
/// <remarks>
/// Thread contract: callbacks come from the threads that read and append, and only count. Lifetime: until disposed; the stores time
/// nothing for the page from then on.
/// </remarks>
internal sealed class TimingListener : IDisposable
{
    private readonly MeterListener _listener = new();

    /// <param name="timings">Where to count, by the name that a store gives its measurements.</param>
    public TimingListener(IReadOnlyDictionary<string, StoreTimings> timings)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == StoreTelemetryNames.Source
                && StoreTelemetryNames.StoreOf(instrument.Meter.Tags) is string store
                && timings.TryGetValue(store, out StoreTimings? ofStore)
                && ofStore.Of(instrument.Name) is { } histogram)
            {
                listener.EnableMeasurementEvents(instrument, histogram);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, seconds, _, state) => ((LatencyHistogram)state!).Record(seconds));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();
}
