namespace Signals;

/// <summary>
/// A checked handle on a fixed-width column. You look it up once by name, then use it for every row without lookups or boxing. It
/// belongs to the event type that it was taken from. Immutable and safe to share. A <c>default</c> handle belongs to no event
/// type and is refused.
/// </summary>
/// <typeparam name="T">The type of one value, or of one component of a vector.</typeparam>
public readonly struct Column<T>
    where T : unmanaged
{
    internal Column(EventTypeSchema eventType, int index)
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

    /// <summary>The number of components of one value; 1 for a scalar.</summary>
    public int Dimensions => EventType.Columns[Index].Type.Dimensions;
}
