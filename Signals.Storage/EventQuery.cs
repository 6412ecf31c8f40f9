using Signals.Storage;
using Signals.Storage.Reads;

namespace Signals;

/// <summary>
/// A query for the events of one type, as the C# type that declares it. Without further calls it reads every event, newest first.
/// Each call returns a query that asks for something else as well.
/// </summary>
/// <remarks>
/// Thread contract: immutable; use it from any thread for any user. It belongs to the store that made it
/// (<see cref="SignalStore.Query{TEvent}"/>). Making and changing it allocates nothing.
/// </remarks>
/// <typeparam name="TEvent">The event.</typeparam>
public readonly struct EventQuery<TEvent> : IEquatable<EventQuery<TEvent>>
    where TEvent : struct, IEvent<TEvent>
{
    private readonly TypedEvents? _events;
    private readonly TypeLimits _limits;
    private readonly SequenceOrder _order;

    internal EventQuery(TypedEvents events)
        : this(events, new TypeLimits(long.MinValue, long.MaxValue, int.MaxValue), SequenceOrder.NewestFirst)
    {
    }

    private EventQuery(TypedEvents? events, TypeLimits limits, SequenceOrder order)
    {
        _events = events;
        _limits = limits;
        _order = order;
    }

    private TypedEvents Events =>
        _events ?? throw new InvalidOperationException($"The query belongs to no store; make it with {nameof(SignalStore)}.Query.");

    /// <summary>Returns at most <paramref name="count"/> events, the newest ones.</summary>
    public EventQuery<TEvent> Last(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new EventQuery<TEvent>(Events, _limits with { Last = count }, _order);
    }

    /// <summary>Returns only events with <paramref name="from"/> &lt;= time &lt; <paramref name="to"/>.</summary>
    public EventQuery<TEvent> Between(DateTimeOffset from, DateTimeOffset to) =>
        Between(from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());

    /// <summary>
    /// Returns only events with <paramref name="fromMs"/> &lt;= time &lt; <paramref name="toMs"/>, milliseconds since the Unix
    /// epoch, UTC.
    /// </summary>
    public EventQuery<TEvent> Between(long fromMs, long toMs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fromMs, toMs);
        return new EventQuery<TEvent>(Events, _limits with { FromMs = fromMs, ToMs = toMs }, _order);
    }

    /// <summary>Orders the answer by time, newest event first.</summary>
    public EventQuery<TEvent> NewestFirst() => new(Events, _limits, SequenceOrder.NewestFirst);

    /// <summary>Orders the answer by time, oldest event first. The limits still keep the newest events.</summary>
    public EventQuery<TEvent> OldestFirst() => new(Events, _limits, SequenceOrder.OldestFirst);

    /// <summary>
    /// Reads one user's events: synchronous, and without allocation when warm. A <c>foreach</c> over the answer ends its lease;
    /// otherwise dispose it.
    /// </summary>
    /// <exception cref="CorruptionException">A block that the answer needs is damaged; there is no partial answer.</exception>
    public EventSequence<TEvent> Read(UserId user)
    {
        TypedEvents events = Events;
        Sequence sequence = events.Reader.Read(
            user,
            _order == SequenceOrder.NewestFirst ? events.NewestFirst : events.OldestFirst,
            new ReadOnlySpan<TypeLimits>(in _limits));
        sequence.Buffer.BeginEvents(user);
        return new EventSequence<TEvent>(sequence);
    }

    /// <summary>Whether both ask the same of the same store.</summary>
    public bool Equals(EventQuery<TEvent> other) =>
        ReferenceEquals(_events, other._events) && _limits == other._limits && _order == other._order;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EventQuery<TEvent> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_events, _limits, _order);

    /// <summary>Whether both ask the same of the same store.</summary>
    public static bool operator ==(EventQuery<TEvent> left, EventQuery<TEvent> right) => left.Equals(right);

    /// <summary>Whether they ask different things, or different stores.</summary>
    public static bool operator !=(EventQuery<TEvent> left, EventQuery<TEvent> right) => !left.Equals(right);
}
