namespace Signals;

/// <summary>
/// An event that is declared as a C# type and can be added to a batch. The source generator implements it for a struct with
/// <see cref="EventAttribute"/>.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IWritableEvent<TSelf> : IEventType
    where TSelf : struct, IWritableEvent<TSelf>
{
    /// <summary>Adds the event's user, time and id to a batch.</summary>
    static abstract EventRow AddTo(EventBatch batch, in TSelf value);

    /// <summary>Sets the event's columns.</summary>
    static abstract void Write(in TSelf value, scoped in EventCells cells);
}
