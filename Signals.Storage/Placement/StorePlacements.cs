using System.Globalization;
using System.Text;
using Signals.Core.Definitions;
using Signals.Core.Placement;
using Signals.Storage.Indexing;
using Signals.Storage.Serving;

namespace Signals.Storage.Placement;

/// <summary>
/// Where a store has enrichments computed for new events: at indexing, so that they are stored, or whenever they are read. It decides every
/// <see cref="PlacementOptions.Period"/>, and what it decides takes effect at once. No answer depends on it: what is stored is used, and what
/// is not is computed.
/// </summary>
/// <remarks>Thread contract: any thread; changes are serialised. Lifetime: the store's; it decides anew after opening.</remarks>
public sealed class StorePlacements
{
    private readonly StoreDefinitions _definitions;
    private readonly IndexingEnrichment? _indexing;
    private readonly EnrichmentOptions _options;
    private readonly EnricherGauges _gauges;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, PlacedEnricher> _placed = new(StringComparer.Ordinal); // under _gate, as all below
    private ITimer? _timer;

    internal StorePlacements(
        StoreDefinitions definitions, IndexingEnrichment? indexing, EnrichmentOptions options, EnricherGauges gauges, TimeProvider time)
    {
        _definitions = definitions;
        _indexing = indexing;
        _options = options;
        _gauges = gauges;
        _time = time;
    }

    /// <summary>The enrichers that served definitions leave to the store or that it was given to place, in the order of their names.</summary>
    public IReadOnlyList<EnricherPlacement> GetReport()
    {
        lock (_gate)
        {
            FindNewLocked();
            if (_options.Automatic.Count == 0)
            {
                // Nothing is ever decided, so the figures are those lately, up to this report.
                CountLocked();
                DecideLocked();
            }

            return [.. _placed.Values.Select(placed => placed.Report())];
        }
    }

    /// <summary>
    /// Pins the place of an enricher for new events, at once and until it is given back with <see cref="PlacementChoice.Automatic"/>. The place at
    /// indexing takes an enricher that is one of <see cref="EnrichmentOptions.Automatic"/>.
    /// </summary>
    /// <returns>False when the store was not given such an enricher to place.</returns>
    public bool Pin(string enricher, PlacementChoice placement)
    {
        ArgumentNullException.ThrowIfNull(enricher);
        lock (_gate)
        {
            FindNewLocked();
            if (!_placed.TryGetValue(enricher, out PlacedEnricher? placed) || placed.Step is null)
            {
                return false;
            }

            placed.Pin = placement;
            DecideLocked();
            return true;
        }
    }

    /// <summary>A table for a terminal: a line per enricher with its place, its figures and the rule that decided.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture,
            $"{"enricher",-24}{"place",-10}{"used",6}{"B/event",10}{"us/row",10}{"rows/event",12}{"late",9}{"stored",9}  because");
        foreach (EnricherPlacement placement in GetReport())
        {
            text.AppendLine().Append(placement);
        }

        return text.ToString();
    }

    internal void Start()
    {
        if (_options.Automatic.Count > 0)
        {
            _timer = _time.CreateTimer(static state => ((StorePlacements)state!).Decide(), this, _options.Placement.Period, _options.Placement.Period);
        }
    }

    internal void Stop() => _timer?.Dispose();

    /// <summary>Takes over what was counted, decides, and has it done.</summary>
    internal void Decide()
    {
        lock (_gate)
        {
            FindNewLocked();
            CountLocked();
            DecideLocked();
        }
    }

    private void CountLocked()
    {
        foreach (PlacedEnricher placed in _placed.Values)
        {
            placed.Count(placed.Step is null || _indexing is null ? 0 : _indexing.EventsFor(placed.Step));
        }
    }

    private void DecideLocked()
    {
        IReadOnlyList<SequenceDefinition> served = _definitions.All;
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        bool changed = false;
        foreach (PlacedEnricher placed in _placed.Values)
        {
            changed |= placed.Decide(served, now, _options.Placement);
        }

        if (changed)
        {
            _indexing?.Refresh();
        }
    }

    /// <summary>Definitions that were registered since may use enrichers that were not known.</summary>
    private void FindNewLocked()
    {
        foreach (string name in _options.Automatic.Select(step => step.Signature.Name).Concat(_gauges.Names))
        {
            if (!_placed.ContainsKey(name) && !_options.Enrichers.Any(step => step.Signature.Name == name))
            {
                _placed.Add(name, new PlacedEnricher(name, _options.Automatic.FirstOrDefault(step => step.Signature.Name == name), _gauges.Of(name)));
            }
        }
    }
}
