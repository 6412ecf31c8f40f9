using System.Collections.Concurrent;
using Signals.Core.Schema;
using Signals.Storage;

namespace Signals;

/// <content>Events that are declared as C# types.</content>
public sealed partial class SignalStore
{
    private readonly ConcurrentDictionary<Type, TypedEvents> _typed = new();

    /// <summary>Creates a batch for events of a C# type. Fill it, append it, clear it and fill it again.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public EventBatch CreateBatch<TEvent>()
        where TEvent : struct, IEvent<TEvent> => new(DeclaredEvent<TEvent>.In(Schema));

    /// <summary>Begins a query for events of a C# type. Keep it, or make it anew for each read: it allocates nothing.</summary>
    /// <exception cref="ArgumentException">The schema does not have what the type declares.</exception>
    public EventQuery<TEvent> Query<TEvent>()
        where TEvent : struct, IEvent<TEvent> => new(TypedOf<TEvent>());

    /// <summary>
    /// Appends an event and waits for what the durability mode promises, as
    /// <see cref="AppendAsync(EventBatch)"/> does. Where many events come together, append them together.
    /// </summary>
    /// <param name="value">The event. It is copied before the call returns its task.</param>
    /// <exception cref="ArgumentException">
    /// The event's user or time was not set, a vector has other dimensions than declared, or the schema does not have what the type
    /// declares.
    /// </exception>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppend"/>.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the event survives is unknown.</exception>
    public ValueTask<AppendAck> AppendAsync<TEvent>(in TEvent value)
        where TEvent : struct, IEvent<TEvent> => AppendAsync(new ReadOnlySpan<TEvent>(in value), CancellationToken.None);

    /// <inheritdoc cref="AppendAsync{TEvent}(in TEvent)"/>
    /// <param name="value">The event. It is copied before the call returns its task.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring; what has entered the ring is not taken back.</param>
    public ValueTask<AppendAck> AppendAsync<TEvent>(in TEvent value, CancellationToken cancellationToken)
        where TEvent : struct, IEvent<TEvent> => AppendAsync(new ReadOnlySpan<TEvent>(in value), cancellationToken);

    /// <summary>
    /// Appends events together, as one batch, and waits for what the durability mode promises, as
    /// <see cref="AppendAsync(EventBatch)"/> does.
    /// </summary>
    /// <param name="events">At least one event, as an array or a span. They are copied before the call returns its task.</param>
    /// <exception cref="ArgumentException">
    /// An event's user or time was not set, a vector has other dimensions than declared, or the schema does not have what the type
    /// declares; no event was appended.
    /// </exception>
    /// <exception cref="EventRejectedException">As in <see cref="TryAppend"/>.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the events survive is unknown.</exception>
    public ValueTask<AppendAck> AppendAsync<TEvent>(ReadOnlySpan<TEvent> events)
        where TEvent : struct, IEvent<TEvent> => AppendAsync(events, CancellationToken.None);

    /// <inheritdoc cref="AppendAsync{TEvent}(ReadOnlySpan{TEvent})"/>
    /// <param name="events">At least one event, as an array or a span. They are copied before the call returns its task.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring; what has entered the ring is not taken back.</param>
    public ValueTask<AppendAck> AppendAsync<TEvent>(ReadOnlySpan<TEvent> events, CancellationToken cancellationToken)
        where TEvent : struct, IEvent<TEvent>
    {
        TypedEvents typed = TypedOf<TEvent>();
        PooledBatch batch = typed.Rent();
        try
        {
            foreach (ref readonly TEvent value in events)
            {
                batch.Events.Add(value);
            }

            return AppendAsync(batch.Events, cancellationToken); // has copied the batch when it returns
        }
        finally
        {
            typed.Return(batch);
        }
    }

    private TypedEvents TypedOf<TEvent>()
        where TEvent : struct, IEvent<TEvent> =>
        _typed.TryGetValue(typeof(TEvent), out TypedEvents? known)
            ? known
            : _typed.GetOrAdd(typeof(TEvent), TypedEvents.Of<TEvent>(Schema, Engine.Reader));
}
