using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>True where an event filter of the host keeps the event.</summary>
internal sealed class EventFilterLeaf(int step) : RowFilter
{
    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch) =>
        scratch.Steps[step].Evaluate(rows, result, scratch);
}
