using Signals.Core.Enrichment;
using Signals.Core.Placement;
using Signals.Core.Schema;

namespace Signals.Core.Serving;

/// <summary>An enricher that a plan runs at serving. Immutable; any thread.</summary>
/// <param name="Step">The enricher.</param>
/// <param name="Types">The event types of the sequence that it takes.</param>
/// <param name="Inputs">For each input the ordinal in the working set.</param>
/// <param name="Outputs">For each output the ordinal in the working set; less than 0 where nobody asks for it.</param>
/// <param name="Timeout">How long it may take; null for what is left of the deadline.</param>
/// <param name="IsEarly">Whether conditions or keys need its columns, so that it runs before rows are chosen.</param>
/// <param name="FillsStored">Whether its columns are fetched, too, so that it runs over rows alone in which one of them is absent.</param>
/// <param name="Gauge">Where its cost is counted; null for nowhere.</param>
internal sealed record EnrichUse(
    IEnrichmentStep Step, EventTypeSchema[] Types, int[] Inputs, int[] Outputs, TimeSpan? Timeout, bool IsEarly, bool FillsStored, EnricherGauge? Gauge);
