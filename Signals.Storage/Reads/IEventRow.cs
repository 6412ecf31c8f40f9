namespace Signals;

/// <summary>
/// A row of an event type that shows its values where they lie in the columns. The source generator makes one, <c>Row</c>, inside
/// each event.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
/// <typeparam name="TEvent">The event.</typeparam>
public interface IEventRow<TSelf, TEvent>
    where TSelf : struct, IEventRow<TSelf, TEvent>, allows ref struct
    where TEvent : struct, IEvent<TEvent>
{
    /// <summary>The row at a place in the columns.</summary>
    static abstract TSelf At(scoped in EventColumns columns, int row);
}
