using Signals.Core.Enrichment;
using Signals.Core.Schema;
using Signals.Core.Serving.Filtering;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving;

/// <summary>An event filter of the host that conditions ask. Immutable; any thread.</summary>
/// <param name="Step">The filter.</param>
/// <param name="Types">The event types of the sequence that it covers.</param>
/// <param name="Inputs">For each input the ordinal in the working set.</param>
internal sealed record EventFilterUse(IEventFilter Step, EventTypeSchema[] Types, int[] Inputs)
{
    /// <summary>Makes it ready to run on one thread.</summary>
    public EventFilterRun NewRun() => new(Array.ConvertAll(
        Types, type => new StepRows(new EnrichmentRun(Step, type, EnrichmentPlacement.Serving), Inputs)));
}
