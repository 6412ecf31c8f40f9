namespace Signals.Core.Schema;

/// <summary>
/// A checked handle on a text or bytes column: looked up once by name, then used per row.
/// Belongs to the event type it was taken from. Immutable and safe to share; a <c>default</c> handle belongs to nothing and is refused.
/// </summary>
public readonly struct VariableColumn
{
    internal VariableColumn(EventTypeSchema eventType, int index)
    {
        EventType = eventType;
        Index = index;
    }

    /// <summary>The event type the column belongs to.</summary>
    public EventTypeSchema EventType { get; }

    /// <summary>The column's index in <see cref="EventTypeSchema.Columns"/>.</summary>
    public int Index { get; }

    /// <summary>The column's name.</summary>
    public string Name => EventType.Columns[Index].Name;
}
