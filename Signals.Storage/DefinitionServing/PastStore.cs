using System.Collections.Concurrent;
using Signals.Definitions;
using Signals.Scanning;
using Signals.Storage.DefinitionServing;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Scanning;

namespace Signals.Serving;

/// <summary>
/// The store as it was at a moment of the past: it holds every commit up to that moment and none after it, with the corrections
/// that were there by then. Ages and windows are counted from that moment. A user who was erased since cannot be read here,
/// either.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Lifetime: from <see cref="SignalStore.OpenPast(DateTimeOffset)"/> until you dispose it; dispose
/// it before the store. Until then it keeps the files of that moment, and memory for the records that were in no table then.
/// </remarks>
public sealed class PastStore : IDisposable
{
    private readonly PastState _state;
    private readonly StoreDefinitions _definitions;
    private readonly ConcurrentDictionary<ServedPlan, ServedPlan> _plans = [];
    private int _disposed;

    internal PastStore(PastState state, StoreDefinitions definitions, DateTimeOffset asOf)
    {
        _state = state;
        _definitions = definitions;
        AsOf = asOf;
        state.Clock.NowMs = asOf.ToUnixTimeMilliseconds();
    }

    /// <summary>The moment from which ages and windows are counted.</summary>
    public DateTimeOffset AsOf { get; }

    /// <summary>The schema in force, which is that of the store.</summary>
    public StoreSchema Schema => _definitions.Schema;

    /// <summary>Stream position after the last commit that belongs to this state.</summary>
    public long Position => _state.Position.Value;

    /// <summary>Reads one user's sequence as it was then.</summary>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    /// <exception cref="CorruptionException">A block that the answer needs is damaged.</exception>
    public Sequence Read(UserId user, SequenceQuery query) => Live.Reader.Read(user, query);

    /// <summary>
    /// Reads one user's sequence as today's definition makes it from the state of that moment. No tenant's quota limits it.
    /// </summary>
    /// <param name="user">The user whose sequence is read.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    /// <exception cref="CorruptionException">A block that the answer needs is damaged.</exception>
    public ServedSequence Read(UserId user, string definition) => Read(user, definition, []);

    /// <summary>Like <see cref="Read(UserId, string)"/>, with values for the definition's parameters.</summary>
    /// <param name="user">The user whose sequence is read.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="overrides">Values of parameters, within their bounds.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">
    /// A parameter is unknown, or its value is out of bounds. Or the active version is stored but cannot be used now.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    /// <exception cref="CorruptionException">A block that the answer needs is damaged.</exception>
    public ServedSequence Read(UserId user, string definition, ReadOnlySpan<ParameterOverride> overrides) =>
        PlanOf(definition, overrides).Read(user, default);

    /// <summary>Reads the sequences of several users, as they were then, into tensors.</summary>
    /// <param name="users">The users whose sequences are read; user i fills place i.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="destination">Where the tensors go.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="ArgumentException">
    /// The definition describes no tensors, or the bound memory does not fit them; nothing is written.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    /// <exception cref="CorruptionException">A block that the answers need is damaged.</exception>
    public void ReadTensors(ReadOnlySpan<UserId> users, string definition, TensorSet destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        PlanOf(definition, []).ReadTensors(users, destination, default);
    }

    /// <summary>
    /// Begins to go through all events of a type as they were then, as columns in batches; see
    /// <see cref="SignalStore.Scan"/>. Dispose it; it ends with this object at the latest.
    /// </summary>
    /// <param name="eventType">The name of the event type.</param>
    /// <param name="options">Columns, times, users, order; null for everything, newest first.</param>
    /// <exception cref="ArgumentException">The schema lacks the type or a column, or the options contradict each other.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public EventScan Scan(string eventType, ScanOptions? options = null)
    {
        ScanPlan plan = Plan(eventType, options);
        return ScanOpening.Open(plan, Live.Pin(plan.EventType));
    }

    /// <summary>The same as several scans, each with other users; see <see cref="SignalStore.SplitScan"/>.</summary>
    /// <param name="eventType">The name of the event type.</param>
    /// <param name="options">Columns, times, users, order; null for everything, newest first.</param>
    /// <param name="parts">How many scans to make, from 1 to 4,096.</param>
    /// <exception cref="ArgumentException">The schema lacks the type or a column, or the options contradict each other.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public IReadOnlyList<EventScan> SplitScan(string eventType, ScanOptions? options, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, ScanParts.MostParts);
        ScanPlan plan = Plan(eventType, options);
        return ScanOpening.OpenParts(plan, Live.Pin(plan.EventType), parts);
    }

    /// <summary>Releases the files of that moment. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _state.Dispose();
        }
    }

    private PastState Live
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return _state;
        }
    }

    private ScanPlan Plan(string eventType, ScanOptions? options) => ScanPlan.Create(_definitions.Schema, eventType, options);

    private ServedPlan PlanOf(string definition, ReadOnlySpan<ParameterOverride> overrides)
    {
        PastState state = Live;
        return _plans.GetOrAdd(_definitions.Find(definition, overrides), static (plan, past) => plan.For(past.Reader, past.Clock), state);
    }
}
