using Signals.Core.Placement;
using Signals.Enrichment;

namespace Signals.Core.Serving;

/// <summary>An enricher that a plan runs at serving. Immutable; any thread.</summary>
internal sealed record PlannedEnricher
{
    /// <summary>The enricher.</summary>
    public required IEnrichmentStep Step { get; init; }

    /// <summary>Those event types of the sequence that the enricher takes.</summary>
    public required EventTypeSchema[] Types { get; init; }

    /// <summary>For each input, its ordinal in the working set.</summary>
    public required int[] Inputs { get; init; }

    /// <summary>For each output, its ordinal in the working set; less than 0 when the output is not used.</summary>
    public required int[] Outputs { get; init; }

    /// <summary>How long the enricher may take; null for the rest of the deadline.</summary>
    public required TimeSpan? Timeout { get; init; }

    /// <summary>Whether conditions or keys need its columns, so that it must run before rows are chosen.</summary>
    public required bool IsEarly { get; init; }

    /// <summary>Whether its columns are also fetched, so that it only runs over rows in which one of them is absent.</summary>
    public required bool FillsStored { get; init; }

    /// <summary>Measures the enricher's cost; null to measure nothing.</summary>
    public required EnricherGauge? Gauge { get; init; }
}
