using System.Globalization;
using System.Text;
using Signals.Core.Placement;
using Signals.Definitions;
using Signals.Serving;
using Signals.Storage.Indexing;
using Signals.Storage.PlacementDecisions;

namespace Signals.Enrichment;

/// <summary>
/// Decides where enrichments of new events are computed: at indexing, so that they are stored, or whenever the events are read.
/// It decides every <see cref="PlacementOptions.Period"/>, and a decision takes effect at once. No answer depends on it: a stored
/// value is used, and a missing one is computed.
/// </summary>
/// <remarks>
/// Thread contract: any thread; changes are serialised. Lifetime: that of the store; decisions are made anew after each opening.
/// </remarks>
public sealed class StorePlacements
{
    private readonly StoreDefinitions _definitions;
    private readonly IndexingEnrichment? _indexing;
    private readonly EnrichmentOptions _options;
    private readonly EnricherGauges _gauges;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, PlacedEnricher> _placed = new(StringComparer.Ordinal); // under _lock, as all below
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

    /// <summary>
    /// All enrichers whose place served definitions leave to the store, or that were given to it to place, ordered by name.
    /// </summary>
    public IReadOnlyList<EnricherPlacement> GetReport()
    {
        lock (_lock)
        {
            FindNewLocked();
            if (_options.Automatic.Count == 0)
            {
                // Without automatic enrichers nothing is decided periodically, so the figures are brought up to date for this
                // report.
                CountLocked();
                DecideLocked();
            }

            return [.. _placed.Values.Select(placed => placed.Report())];
        }
    }

    /// <summary>
    /// Pins the place of an enricher for new events. It takes effect at once, and lasts until you call this again with
    /// <see cref="PlacementChoice.Automatic"/>. To pin an enricher to indexing, it must be one of
    /// <see cref="EnrichmentOptions.Automatic"/>.
    /// </summary>
    /// <returns>False when no such enricher was given to the store to place.</returns>
    public bool Pin(string enricher, PlacementChoice placement)
    {
        ArgumentNullException.ThrowIfNull(enricher);
        lock (_lock)
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

    /// <summary>A table for a terminal, with one line per enricher: its place, its figures and the rule that decided.</summary>
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
            _timer = _time.CreateTimer(
                static state => ((StorePlacements)state!).Decide(), this,
                _options.Placement.Period, _options.Placement.Period);
        }
    }

    internal void Stop() => _timer?.Dispose();

    /// <summary>Takes in what was counted, decides, and applies the decisions.</summary>
    internal void Decide()
    {
        lock (_lock)
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

    /// <summary>Finds enrichers that were not known before, because definitions registered meanwhile may use new ones.</summary>
    private void FindNewLocked()
    {
        foreach (string name in _options.Automatic.Select(step => step.Signature.Name).Concat(_gauges.Names))
        {
            if (!_placed.ContainsKey(name) && !_options.Enrichers.Any(step => step.Signature.Name == name))
            {
                _placed.Add(name, new PlacedEnricher(
                    name, _options.Automatic.FirstOrDefault(step => step.Signature.Name == name), _gauges.GetOrAdd(name)));
            }
        }
    }
}
