using System.Diagnostics.Metrics;

namespace Signals.Tests.Storage.Telemetry;

/// <summary>
/// What one store's meter reports, by instrument: sums of counters, last values of gauges, counts of histograms. One test.
/// </summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _values = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly string _store;

    public Measured(string store, Func<Instrument, bool>? only = null)
    {
        _store = store;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Signals.Storage" && Contains(instrument.Meter.Tags, store) && only?.Invoke(instrument) != false)
            {
                Instruments[instrument.Name] = instrument;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Note(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Note(instrument, value));
        _listener.Start();
    }

    public SortedDictionary<string, Instrument> Instruments { get; } = new(StringComparer.Ordinal);

    /// <summary>The last value of an instrument, after collecting all.</summary>
    public double Collect(string instrument)
    {
        _listener.RecordObservableInstruments();
        lock (_values)
        {
            return _values.TryGetValue(instrument, out double value)
                ? value
                : throw new AssertionException($"{_store} reported no {instrument}.");
        }
    }

    public int CountOf(string instrument)
    {
        lock (_values)
        {
            return _counts.GetValueOrDefault(instrument);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static bool Contains(IEnumerable<KeyValuePair<string, object?>>? tags, string store) =>
        tags?.Any(tag => tag.Key == "signals.store" && tag.Value is string name && name == store) == true;

    private void Note(Instrument instrument, double value)
    {
        lock (_values)
        {
            _values[instrument.Name] = value;
            _counts[instrument.Name] = _counts.GetValueOrDefault(instrument.Name) + 1;
        }
    }
}
