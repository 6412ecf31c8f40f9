using Signals.Core.Serving.Filtering;
using Signals.Core.Serving.Rows;
using Signals.Enrichment;

namespace Signals.Core.Serving;

/// <summary>An event filter of the host that conditions use. Immutable; any thread.</summary>
/// <param name="Step">The filter.</param>
/// <param name="Types">Those event types of the sequence that the filter covers.</param>
/// <param name="Inputs">For each input, its ordinal in the working set.</param>
internal sealed record PlannedFilter(IEventFilter Step, EventTypeSchema[] Types, int[] Inputs)
{
    /// <summary>Creates the state for running the filter on one thread.</summary>
    public EventFilterExecution NewRun() => new(Array.ConvertAll(
        Types, type => new StepRows(new StepRunner(Step, type, StepPhase.Serving), Inputs)));
}
