using System.Diagnostics.Metrics;

namespace Signals.Dashboard.Sampling;

/// <summary>Listens to the meters of the page's stores: counts what they time, and hears when one of them ends.</summary>
/// <remarks>
/// Thread contract: callbacks come from the threads that read and append, and only count. Lifetime: until disposed; the stores time
/// nothing for the page from then on.
/// </remarks>
internal sealed class TimingListener : IDisposable
{
    // Nobody asks for its value; a meter that is disposed says so of each instrument that somebody listens to.
    private const string Lasting = "signals.ring.size";

    private readonly MeterListener _listener = new();

    /// <param name="timings">Where to count, by the name that a store gives its measurements.</param>
    /// <param name="ended">Is told the name of a store whose meter has ended, which is when the store begins to close.</param>
    public TimingListener(IReadOnlyDictionary<string, StoreTimings> timings, Action<string> ended)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != StoreTelemetryNames.Source
                || StoreTelemetryNames.StoreOf(instrument.Meter.Tags) is not string store)
            {
                return;
            }

            if (timings.TryGetValue(store, out StoreTimings? ofStore) && ofStore.Of(instrument.Name) is { } histogram)
            {
                listener.EnableMeasurementEvents(instrument, histogram);
            }
            else if (instrument.Name == Lasting)
            {
                listener.EnableMeasurementEvents(instrument, store);
            }
        };
        _listener.MeasurementsCompleted = (_, state) =>
        {
            if (state is string store)
            {
                ended(store);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, seconds, _, state) => ((LatencyHistogram)state!).Record(seconds));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();
}
