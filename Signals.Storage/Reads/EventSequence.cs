using Signals.Storage.Reads;

namespace Signals;

/// <summary>
/// One user's events of one type in order, each as the C# type that declares it. It is a lease on pooled memory: a
/// <c>foreach</c> over it or <see cref="ToArray"/> ends the lease, otherwise dispose it.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. After the lease has ended every member throws <see cref="ObjectDisposedException"/>. Events
/// own their values and may be kept. Copies of this value share the lease. Nothing is allocated for events of numbers and booleans;
/// <see cref="As{TRow}"/> allocates nothing for any event.
/// </remarks>
/// <typeparam name="TEvent">The event.</typeparam>
public readonly ref struct EventSequence<TEvent> : IDisposable
    where TEvent : struct, IEvent<TEvent>
{
    private readonly Sequence _sequence;

    internal EventSequence(Sequence sequence) => _sequence = sequence;

    /// <summary>Whether the answer is complete, or the user is unknown.</summary>
    public SequenceStatus Status => _sequence.Status;

    /// <summary>How many events.</summary>
    public int Count => _sequence.Count;

    /// <summary>The same events as columns, for spans over all rows. It shares the lease.</summary>
    public Sequence Columns => _sequence;

    /// <summary>The event at a place, from 0, in the order of the query. Does not end the lease.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public TEvent this[int index]
    {
        get
        {
            SequenceBuffer buffer = _sequence.Buffer;
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)buffer.Times.Count, nameof(index));
            return TEvent.Read(new EventColumns(buffer), index);
        }
    }

    /// <summary>
    /// The events as rows that show their values where they lie, for a <c>foreach</c>: nothing is copied and nothing allocated. The
    /// <c>foreach</c> ends the lease.
    /// </summary>
    /// <typeparam name="TRow">The row that is generated for the event, such as <c>View.Row</c>.</typeparam>
    public EventRowEnumerator<TEvent, TRow> As<TRow>()
        where TRow : struct, IEventRow<TRow, TEvent>, allows ref struct => new(_sequence);

    /// <summary>Copies the events into an array and ends the lease.</summary>
    public TEvent[] ToArray()
    {
        using (this)
        {
            TEvent[] events = new TEvent[Count];
            EventColumns columns = new(_sequence.Buffer);
            for (int row = 0; row < events.Length; row++)
            {
                events[row] = TEvent.Read(columns, row);
            }

            return events;
        }
    }

    /// <summary>Walks over the events once. The end of the <c>foreach</c> ends the lease.</summary>
    public EventEnumerator<TEvent> GetEnumerator() => new(_sequence);

    /// <summary>Ends the lease. A second call does nothing.</summary>
    public void Dispose() => _sequence.Dispose();
}
