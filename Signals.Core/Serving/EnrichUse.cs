using Signals.Core.Enrichment;
using Signals.Core.Placement;
using Signals.Core.Schema;

namespace Signals.Core.Serving;

/// <summary>An enricher that a plan runs at serving. Immutable; any thread.</summary>
/// <param name="Step">The enricher.</param>
/// <param name="Types">Those event types of the sequence that the enricher takes.</param>
/// <param name="Inputs">For each input, its ordinal in the working set.</param>
/// <param name="Outputs">For each output, its ordinal in the working set; less than 0 when the output is not used.</param>
/// <param name="Timeout">How long the enricher may take; null for the rest of the deadline.</param>
/// <param name="IsEarly">Whether conditions or keys need its columns, so that it must run before rows are chosen.</param>
/// <param name="FillsStored">
/// Whether its columns are also fetched, so that it only runs over rows in which one of them is absent.
/// </param>
/// <param name="Gauge">Measures the enricher's cost; null to measure nothing.</param>
internal sealed record EnrichUse(
    IEnrichmentStep Step,
    EventTypeSchema[] Types,
    int[] Inputs,
    int[] Outputs,
    TimeSpan? Timeout,
    bool IsEarly,
    bool FillsStored,
    EnricherGauge? Gauge);
