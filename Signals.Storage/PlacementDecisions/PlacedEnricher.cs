using Signals.Core.Placement;
using Signals.Definitions;
using Signals.Enrichment;

namespace Signals.Storage.PlacementDecisions;

/// <summary>An enricher whose place a store decides: what was counted for it, and the current decision.</summary>
/// <remarks>Thread contract: used under the lock of its owner.</remarks>
/// <param name="name">The enricher's name.</param>
/// <param name="step">The enricher; null when it was not given to the store.</param>
/// <param name="gauge">Counts the enricher's cost.</param>
internal sealed class PlacedEnricher(string name, IEnrichmentStep? step, EnricherGauge gauge)
{
    /// <summary>The factor by which a count shrinks in each period, so that figures cover about the last ten periods.</summary>
    private const double Ageing = 0.9;

    private EnricherCounts _before;
    private EnricherCounts _lately;
    private double? _microsecondsPerRow;
    private double? _bytesPerEvent = FixedBytes(step);

    public string Name => name;

    public IEnrichmentStep? Step => step;

    public EnricherGauge Gauge => gauge;

    public PlacementChoice Pin { get; set; }

    public PlacementDecision Decision { get; private set; } = PlacementDecision.Initial;

    public PlacementFigures Figures { get; private set; }

    public EnricherPlacement Report() => new(name, Decision, Figures);

    /// <summary>Takes in what was counted since the last call.</summary>
    public void Count(long events)
    {
        EnricherCounts now = gauge.Read(events);
        _lately = _lately.Times(Ageing).Plus(now.Since(_before));
        _before = now;
    }

    /// <summary>Decides from the figures and from the definitions that use the enricher.</summary>
    /// <returns>Whether the place changed.</returns>
    public bool Decide(IReadOnlyList<SequenceDefinition> served, long nowMs, PlacementOptions options)
    {
        bool wasStored = Decision.IsStored;
        Figures = FiguresOf(served);
        Decision = PlacementPolicy.Decide(Figures, Decision, nowMs, options);
        gauge.IsStored = Decision.IsStored;
        EnricherPlacement report = Report();
        gauge.Decision = $"{(Decision.IsStored ? "stored" : "computed when read")}, {report.Reason}";
        return wasStored != Decision.IsStored;
    }

    private PlacementFigures FiguresOf(IReadOnlyList<SequenceDefinition> served)
    {
        _microsecondsPerRow = _lately.TimedRows >= 1 ? _lately.TimedMicroseconds / _lately.TimedRows : _microsecondsPerRow;
        _bytesPerEvent = _lately.ValueRows >= 1 ? _lately.ValueBytes / _lately.ValueRows : _bytesPerEvent;
        SequenceDefinition[] automatic = [.. served.Where(definition => Uses(definition, PlacementChoice.Automatic))];
        return new PlacementFigures
        {
            Pin = Pin,
            IsOffered = step is not null,
            IsRequired = served.Any(definition => Uses(definition, PlacementChoice.Indexing)),
            Definitions = automatic.Length,
            EstablishedDefinitions = automatic.Count(definition => definition.Stage != LifecycleStage.Experimental),
            Runs = _lately.Runs,
            LateShare = _lately.Runs > 0 ? Math.Min(1, _lately.Late / _lately.Runs) : 0,
            BytesPerEvent = _bytesPerEvent,
            MicrosecondsPerRow = _microsecondsPerRow,
            RowsPerEvent = _lately.Events > 0 ? _lately.Wanted / _lately.Events : null,
            StoredShare = _lately.Wanted > 0 ? Math.Clamp(1 - (_lately.Computed / _lately.Wanted), 0, 1) : 0,
        };
    }

    private bool Uses(SequenceDefinition definition, PlacementChoice placement) =>
        definition.Enrichments.Any(use => use.Name == name && use.Placement == placement);

    private static double? FixedBytes(IEnrichmentStep? step) =>
        step is null || step.Signature.Outputs.Any(output => output.Type.IsVariable)
            ? null
            : step.Signature.Outputs.Sum(output => output.Type.Width);
}
