using System.Runtime.CompilerServices;

namespace Signals;

/// <summary>
/// Walks over the rows of an <see cref="EventSequence{TEvent}"/>. It is used in a <c>foreach</c>, whose end ends the lease of the
/// sequence.
/// </summary>
/// <remarks>Thread contract: one thread. After the lease has ended, moving on throws.</remarks>
/// <typeparam name="TEvent">The event.</typeparam>
/// <typeparam name="TRow">The row that is generated for the event.</typeparam>
public ref struct EventRowEnumerator<TEvent, TRow> : IDisposable
    where TEvent : struct, IEvent<TEvent>
    where TRow : struct, IEventRow<TRow, TEvent>, allows ref struct
{
    private readonly EventColumns _columns;
    private readonly Sequence _sequence;
    private int _row;

    internal EventRowEnumerator(Sequence sequence)
    {
        _sequence = sequence;
        _columns = new EventColumns(sequence.Buffer);
        _row = -1;
    }

    /// <summary>The row at the present place, valid as long as the lease.</summary>
    public readonly TRow Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TRow.At(_columns, _row);
    }

    /// <summary>Goes on to the next row; false when there is none.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        _sequence.RequireLive();
        return ++_row < _columns.Count;
    }

    /// <summary>The rows from the first one on.</summary>
    public readonly EventRowEnumerator<TEvent, TRow> GetEnumerator() => this;

    /// <summary>Ends the lease.</summary>
    public readonly void Dispose() => _sequence.Dispose();
}
