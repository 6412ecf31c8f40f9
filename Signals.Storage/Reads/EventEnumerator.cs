using System.Runtime.CompilerServices;

namespace Signals;

/// <summary>Walks over the events of an <see cref="EventSequence{TEvent}"/>. Disposing it ends the lease of the sequence.</summary>
/// <remarks>Thread contract: one thread. After the lease has ended, moving on throws.</remarks>
/// <typeparam name="TEvent">The event.</typeparam>
public ref struct EventEnumerator<TEvent> : IDisposable
    where TEvent : struct, IEvent<TEvent>
{
    private readonly EventColumns _columns;
    private readonly Sequence _sequence;
    private int _row;

    internal EventEnumerator(Sequence sequence)
    {
        _sequence = sequence;
        _columns = new EventColumns(sequence.Buffer);
        _row = -1;
    }

    /// <summary>The event at the present place. It owns its values.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public readonly TEvent Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            _sequence.RequireLive();
            return TEvent.Read(_columns, _row);
        }
    }

    /// <summary>Goes on to the next event; false when there is none.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        _sequence.RequireLive();
        return ++_row < _columns.Count;
    }

    /// <summary>Ends the lease.</summary>
    public readonly void Dispose() => _sequence.Dispose();
}
