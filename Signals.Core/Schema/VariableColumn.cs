namespace Signals;

/// <summary>
/// A checked handle on a text or bytes column. You look it up once by name, then use it for every row. It belongs to the event
/// type that it was taken from. Immutable and safe to share. A <c>default</c> handle belongs to no event type and is refused.
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
