using System.Collections.Concurrent;

namespace Signals.Core.Placement;

/// <summary>The gauges of a store's enrichers, by their names.</summary>
/// <remarks>Thread contract: any thread. Gauges are looked up when something is compiled or opened, never by reads.</remarks>
internal sealed class EnricherGauges
{
    private readonly ConcurrentDictionary<string, EnricherGauge> _byName = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    /// <summary>The gauge of an enricher, made when it is asked for first.</summary>
    public EnricherGauge Of(string enricher) => _byName.GetOrAdd(enricher, static _ => new EnricherGauge());
}
