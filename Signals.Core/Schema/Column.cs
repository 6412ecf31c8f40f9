namespace Signals.Core.Schema;

/// <summary>
/// A checked handle on a fixed-width column: looked up once by name, then used per row without looking up or boxing.
/// Belongs to the event type it was taken from. Immutable and safe to share; a <c>default</c> handle belongs to nothing and is refused.
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

    /// <summary>Components of one value: 1 for a scalar.</summary>
    public int Dimensions => EventType.Columns[Index].Type.Dimensions;
}
