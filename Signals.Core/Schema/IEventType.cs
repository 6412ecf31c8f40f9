namespace Signals;

/// <summary>
/// A C# type that declares an event type. The source generator implements it for a struct with <see cref="EventAttribute"/>.
/// </summary>
public interface IEventType
{
    /// <summary>The event type's name.</summary>
    static abstract string EventType { get; }

    /// <summary>Adds the columns, and says which events are kept.</summary>
    static abstract void Define(EventTypeBuilder type);
}
