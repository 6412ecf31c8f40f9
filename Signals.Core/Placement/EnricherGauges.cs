using System.Collections.Concurrent;

namespace Signals.Core.Placement;

/// <summary>The gauges of a store's enrichers, by name.</summary>
/// <remarks>
/// Thread contract: any thread. Gauges are looked up when something is compiled or opened, never during a read.
/// </remarks>
internal sealed class EnricherGauges
{
    private readonly ConcurrentDictionary<string, EnricherGauge> _byName = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    /// <summary>The gauge of an enricher. It is created the first time it is asked for.</summary>
    public EnricherGauge GetOrAdd(string enricher) => _byName.GetOrAdd(enricher, static _ => new EnricherGauge());
}
