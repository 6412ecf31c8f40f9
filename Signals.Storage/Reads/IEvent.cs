namespace Signals;

/// <summary>
/// An event that is declared as a C# type: it can be declared to a store, appended and read. The source generator implements it
/// for a struct with <see cref="EventAttribute"/>. Use it as the constraint of your own generic code.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IEvent<TSelf> : IWritableEvent<TSelf>
    where TSelf : struct, IEvent<TSelf>
{
    /// <summary>
    /// Makes the event of a row. It owns its values: texts, bytes and vectors are copied out of the columns.
    /// </summary>
    static abstract TSelf Read(scoped in EventColumns columns, int row);
}
