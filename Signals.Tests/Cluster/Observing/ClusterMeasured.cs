using System.Diagnostics.Metrics;

namespace Signals.Tests.Cluster.Observing;

/// <summary>
/// What the meters of clusters report that are made after this object: sums of counters, last values of levels, counts of histograms, each
/// with its tags. One test at a time.
/// </summary>
internal sealed class ClusterMeasured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Name, string Tags), double> _values = [];
    private readonly bool _isStarted;

    public ClusterMeasured()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_isStarted && instrument.Meter.Name == "Signals.Orleans")
            {
                lock (_values)
                {
                    Instruments[instrument.Name] = instrument;
                }

                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
        _isStarted = true;
    }

    public SortedDictionary<string, Instrument> Instruments { get; } = new(StringComparer.Ordinal);

    /// <summary>Every series so far: the name of the instrument, its tags as <c>key=value</c> with commas between, and the value.</summary>
    public IReadOnlyList<(string Name, string Tags, double Value)> Collect()
    {
        lock (_values)
        {
            foreach ((string Name, string Tags) level in _values.Keys.Where(key => Instruments[key.Name].IsObservable).ToArray())
            {
                _values.Remove(level); // What is not reported any more must not be seen.
            }
        }

        _listener.RecordObservableInstruments();
        lock (_values)
        {
            return [.. _values.Select(pair => (pair.Key.Name, pair.Key.Tags, pair.Value))];
        }
    }

    /// <summary>The sum over the series of an instrument that have all of these tags.</summary>
    public double Sum(string name, params string[] tags) => Collect()
        .Where(series => series.Name == name && tags.All(series.Tags.Split(',').Contains)).Sum(series => series.Value);

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        IEnumerable<KeyValuePair<string, object?>> all = [.. instrument.Meter.Tags!, .. tags];
        (string, string) series = (instrument.Name, string.Join(',', all.Select(tag => $"{tag.Key}={tag.Value}")));
        lock (_values)
        {
            _values[series] = instrument switch
            {
                { IsObservable: true } => value,
                Histogram<double> => _values.GetValueOrDefault(series) + 1,
                _ => _values.GetValueOrDefault(series) + value,
            };
        }
    }
}
