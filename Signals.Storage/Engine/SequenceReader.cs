using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Answers queries from the current view.</summary>
/// <remarks>
/// Thread contract: any thread, without locks; a warm read allocates nothing. A read sees one view whole, and every
/// event acknowledged before it began.
/// </remarks>
internal sealed class SequenceReader(
    StoreSchema schema,
    ViewState view,
    ReadEpochs epochs,
    ErasureSet erasures,
    WatermarkSet watermarks,
    SegmentRegistry registry,
    StoreTelemetry telemetry,
    TimeProvider time)
{
    private readonly SequenceBufferPool _pool = new();
    private volatile bool _closed;

    public Sequence Read(in UserId user, SequenceQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        long started = telemetry.BeginRead();
        SequenceBuffer buffer = Begin(query);
        int slot = Enter();
        try
        {
            buffer.Assembler.Append(view.Current, user, erasures.CutoffOf(user), Now(query), []);
        }
        finally
        {
            epochs.Exit(slot);
        }

        telemetry.EndRead(started);
        return new Sequence(buffer);
    }

    public SequenceBatch ReadMany(ReadOnlySpan<UserId> users, SequenceQuery query) => ReadMany(users, query, []);

    /// <param name="users">Whose sequences.</param>
    /// <param name="query">The columns, and the event types.</param>
    /// <param name="limits">Per type of the query, in its order, how many of its events and from when; they replace the query's own.</param>
    public SequenceBatch ReadMany(ReadOnlySpan<UserId> users, SequenceQuery query, ReadOnlySpan<TypeLimits> limits)
    {
        ArgumentNullException.ThrowIfNull(query);
        long started = telemetry.BeginRead();
        SequenceBuffer buffer = Begin(query);
        int slot = Enter();
        try
        {
            ReadView current = view.Current;
            long now = Now(query);
            foreach (ref readonly UserId user in users)
            {
                buffer.Assembler.Append(current, user, erasures.CutoffOf(user), now, limits);
            }
        }
        finally
        {
            epochs.Exit(slot);
        }

        telemetry.EndRead(started);
        return new SequenceBatch(buffer);
    }

    /// <summary>Every user with rows of a type in a stretch of time, in order; users whose rows are all hidden may be among them.</summary>
    public UserId[] UsersOf(EventTypeSchema eventType, long fromMs, long toMs)
    {
        int slot = Enter();
        try
        {
            return UserScan.UsersOf(view.Current, eventType.Id, fromMs, toMs);
        }
        finally
        {
            epochs.Exit(slot);
        }
    }

    /// <summary>The newest time of any event of the user in any type that is visible now, or <see cref="long.MinValue"/>.</summary>
    public long NewestTimeOf(in UserId user, SequenceQuery newestOfEach)
    {
        using Sequence newest = Read(user, newestOfEach);
        return newest.Count > 0 ? newest.Times[0] : long.MinValue;
    }

    /// <summary>Refuses reads from now on and waits for those under way.</summary>
    public void Close()
    {
        _closed = true;
        epochs.WaitForReaders();
    }

    private SequenceBuffer Begin(SequenceQuery query)
    {
        RequireOwn(query);
        SequenceBuffer buffer = _pool.Rent();
        buffer.Begin(query);
        foreach (QueryType type in query.Types)
        {
            buffer.Watermarks.Add(watermarks.Of(type.EventType.Id));
            buffer.Completeness.Add(registry.Of(type.EventType.Id));
        }

        return buffer;
    }

    /// <summary>Columns are found by index, in native memory too, so a query of another schema must not get there.</summary>
    private void RequireOwn(SequenceQuery query)
    {
        foreach (QueryType type in query.Types)
        {
            ushort id = type.EventType.Id;
            if (id >= schema.EventTypes.Count || !ReferenceEquals(schema.EventTypes[id], type.EventType))
            {
                throw new ArgumentException($"The query of '{type.EventType.Name}' was not made by this store; build it with Query.", nameof(query));
            }
        }
    }

    private int Enter()
    {
        int slot = epochs.Enter();
        if (_closed)
        {
            epochs.Exit(slot);
            throw new ObjectDisposedException("SignalStore");
        }

        return slot;
    }

    private long Now(SequenceQuery query) => query.NeedsNow ? time.GetUtcNow().ToUnixTimeMilliseconds() : 0;
}
