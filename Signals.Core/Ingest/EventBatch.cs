using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Model;

namespace Signals;

/// <summary>
/// A collection of events of one type that are appended together. Used by one thread at a time. Reuse it: <see cref="Clear"/>
/// keeps the memory, so filling it again allocates nothing. Every append has copied the batch by the time it returns, even when
/// the returned task is not complete yet. When another thread changes the batch during an append, that append throws.
/// </summary>
public sealed class EventBatch : IAppendable
{
    private readonly EventBatch[] _self;
    private readonly ChunkDecision[] _decisions;
    private ulong[] _usersHigh;
    private ulong[] _usersLow;
    private object? _bound; // the columns as the last C# type declares them
    private ForeignColumns? _foreign; // of the last handle that was not the batch's own
    private int _changes;
    private int _plannedChanges;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="eventType">The type of every event in it.</param>
    /// <param name="capacity">The number of events it holds before it grows.</param>
    public EventBatch(EventTypeSchema eventType, int capacity = 256)
    {
        ArgumentNullException.ThrowIfNull(eventType);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, BatchRecordFormat.MaxRows);
        EventType = eventType;
        _self = [this];
        Rows = new RowBuffer([.. eventType.Columns.Select(c => c.Type)], capacity);
        _usersHigh = new ulong[capacity];
        _usersLow = new ulong[capacity];
        _decisions = new ChunkDecision[BatchRecordFormat.FirstColumnSection + eventType.Columns.Count];
    }

    /// <summary>The type of every event in the batch.</summary>
    public EventTypeSchema EventType { get; }

    /// <summary>The number of events in the batch.</summary>
    public int Count => Rows.Count;

    /// <summary>The events without their users. Columns may have fewer rows; see <see cref="RowBuffer.FillAbsent"/>.</summary>
    internal RowBuffer Rows { get; }

    /// <summary>The bytes of all arrays, spare room included.</summary>
    internal long HeldBytes => Rows.HeldBytes + sizeof(ulong) * ((long)_usersHigh.Length + _usersLow.Length);

    /// <summary>The more significant halves of the users.</summary>
    internal ReadOnlySpan<ulong> UsersHigh => _usersHigh.AsSpan(0, Count);

    /// <summary>The less significant halves of the users.</summary>
    internal ReadOnlySpan<ulong> UsersLow => _usersLow.AsSpan(0, Count);

    internal ReadOnlyMemory<ulong> UsersHighMemory => _usersHigh.AsMemory(0, Count);

    internal ReadOnlyMemory<ulong> UsersLowMemory => _usersLow.AsMemory(0, Count);

    /// <summary>The plan that <see cref="BatchRecordWriter"/> keeps here between planning and writing.</summary>
    internal Span<ChunkDecision> Plans => _decisions;

    /// <summary>The number of events that the batch had when its record was planned.</summary>
    internal int PlannedCount { get; private set; }

    ReadOnlySpan<EventBatch> IAppendable.Batches => _self;

    /// <summary>Adds an event. Its columns are absent until you set them through the returned row.</summary>
    /// <param name="user">The user of the event.</param>
    /// <param name="timeMs">When the event happened, in milliseconds since the Unix epoch, UTC.</param>
    /// <param name="id">
    /// Distinguishes events of the same user, type and time. Events with the same user, type, time and id are one event.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The user is <c>default</c>, which is the value of a user id that was never set and equals the number 0.
    /// </exception>
    /// <exception cref="InvalidOperationException">The batch already holds 1,048,576 events.</exception>
    public EventRow Add(UserId user, long timeMs, ulong id) =>
        !user.IsNobody ? AddAny(user, timeMs, id) : throw EventOfNobody(nameof(user));

    /// <inheritdoc cref="Add(UserId, long, ulong)"/>
    /// <param name="user">The user of the event.</param>
    /// <param name="time">When the event happened. Only whole milliseconds are kept.</param>
    /// <param name="id">
    /// Distinguishes events of the same user, type and time. Events with the same user, type, time and id are one event.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The user or the time is <c>default</c>, which is the value of one that was never set.
    /// </exception>
    public EventRow Add(UserId user, DateTimeOffset time, ulong id) => time != default
        ? Add(user, time.ToUnixTimeMilliseconds(), id)
        : throw new ArgumentException("The event's time was not set: it is the default of DateTimeOffset.", nameof(time));

    /// <summary>Adds an event that is declared as a C# type (<see cref="EventAttribute"/>), with its columns.</summary>
    /// <exception cref="ArgumentException">
    /// The event is of another type than the batch, its user or time was not set, or a vector has other dimensions than declared.
    /// The batch is then as it was before.
    /// </exception>
    /// <exception cref="InvalidOperationException">The batch already holds 1,048,576 events.</exception>
    public void Add<TEvent>(in TEvent value)
        where TEvent : struct, IWritableEvent<TEvent>
    {
        if (_bound is not BoundColumns<TEvent> bound)
        {
            _bound = bound = new BoundColumns<TEvent>(this);
        }

        int row = Count;
        TEvent.AddTo(this, value);
        try
        {
            TEvent.Write(value, new EventCells(bound.Columns, row));
        }
        catch
        {
            TakeBack(row); // whatever the error is: half an event must not be appended
            throw;
        }

        CountChange();
    }

    /// <summary>
    /// Adds an event or a patch of any user, <see cref="UserId.IsNobody">nobody</see> included, because older stores may hold
    /// events of it.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    internal EventRow AddAny(UserId user, long timeMs, ulong id)
    {
        CountChange();
        int row = Rows.Count;
        if ((uint)row >= (uint)_usersHigh.Length || (uint)row >= (uint)_usersLow.Length)
        {
            Grow();
        }

        _usersHigh[row] = user.High;
        _usersLow[row] = user.Low;
        Rows.AppendKey(timeMs, id);
        return new EventRow(this, row);
    }

    /// <summary>Adds events or patches of any users, without cells. The total must not exceed the limit of a batch.</summary>
    [MethodImpl(Compile.InFull)]
    internal void AddAny(ReadOnlySpan<UserId> users, ReadOnlySpan<long> timesMs, ReadOnlySpan<ulong> ids)
    {
        CountChange();
        int first = Rows.Count;
        while (_usersHigh.Length < first + users.Length || _usersLow.Length < first + users.Length)
        {
            Grow();
        }

        Span<ulong> high = _usersHigh.AsSpan(first, users.Length);
        Span<ulong> low = _usersLow.AsSpan(first, users.Length);
        for (int i = 0; i < users.Length; i++)
        {
            (high[i], low[i]) = (users[i].High, users[i].Low);
        }

        Rows.AppendKeys(users.Length, out Span<long> times, out Span<ulong> added);
        timesMs.CopyTo(times);
        ids.CopyTo(added);
    }

    /// <summary>
    /// Adds copies of adjacent events of another batch of the same type. The total must not exceed the limit of a batch.
    /// </summary>
    internal void Append(EventBatch source, int start, int count)
    {
        CountChange();
        source.Rows.FillAbsent();
        while (_usersHigh.Length < Count + count)
        {
            Grow();
        }

        source.UsersHigh.Slice(start, count).CopyTo(_usersHigh.AsSpan(Count));
        source.UsersLow.Slice(start, count).CopyTo(_usersLow.AsSpan(Count));
        Rows.FillAbsent();
        Rows.AppendRows(source.Rows, start, count);
    }

    /// <summary>Removes every event and keeps the memory.</summary>
    public void Clear()
    {
        CountChange();
        Rows.Clear();
    }

    /// <summary>Removes the event that was added last, if it is this one.</summary>
    internal void TakeBack(int row)
    {
        if (row == Count - 1)
        {
            CountChange();
            Rows.RemoveLast();
        }
    }

    /// <summary>The index of a column of another instance of the event type; -1 when the batch has none of its name and type.</summary>
    internal int IndexOf(EventTypeSchema foreign, int index)
    {
        if (!ReferenceEquals(_foreign?.Foreign, foreign))
        {
            _foreign = new ForeignColumns(foreign, EventType);
        }

        return _foreign.Find(index);
    }

    /// <summary>Remembers the state of the batch from which a record is planned.</summary>
    internal void BeginRecord()
    {
        _plannedChanges = _changes;
        PlannedCount = Count;
    }

    /// <summary>
    /// Counts a change, so that a record being written learns that its batch was changed. Every change calls this first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CountChange() => _changes++;

    /// <exception cref="InvalidOperationException">The batch was changed since <see cref="BeginRecord"/>.</exception>
    internal void RequireUnchanged()
    {
        if (Volatile.Read(ref _changes) != _plannedChanges)
        {
            throw ChangedMeanwhile(null);
        }
    }

    internal static ArgumentException EventOfNobody(string parameter) =>
        new(
            "The event's user was not set: it is the default of UserId, which is also the user number 0. " +
            "No event can be added for it.",
            parameter);

    internal static InvalidOperationException ChangedMeanwhile(Exception? error) =>
        new(
            "The batch was changed by another thread while it was appended, so nothing of it was appended. " +
            "Use a batch on one thread at a time.",
            error);

    int IAppendable.PlanRecord() => BatchRecordWriter.Plan(this);

    void IAppendable.WriteRecord(Span<byte> record) => BatchRecordWriter.Write(this, record);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        if (Count == BatchRecordFormat.MaxRows)
        {
            throw new InvalidOperationException($"A batch holds at most {BatchRecordFormat.MaxRows} events; append this one first.");
        }

        int capacity = Math.Min(2 * _usersHigh.Length, BatchRecordFormat.MaxRows);
        Array.Resize(ref _usersHigh, capacity);
        Array.Resize(ref _usersLow, capacity);
    }
}
