using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>True for the rows of one event type for which a second condition is true.</summary>
/// <param name="eventType">The id of the event type in the schema.</param>
/// <param name="operand">The second condition, or null for none.</param>
internal sealed class EventTypeFilter(ushort eventType, RowFilter? operand) : RowFilter
{
    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        MaskKernels.Range(rows.EventTypes, eventType, eventType, result.Words);
        if (operand is not null)
        {
            RowMask other = scratch.Push(rows.Count);
            operand.Evaluate(rows, other, scratch);
            result.And(other);
            scratch.Pop();
        }
    }
}
