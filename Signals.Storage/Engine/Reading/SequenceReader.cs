using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.Heads;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Scanning;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Reading;

/// <summary>Answers queries from the current view.</summary>
/// <remarks>
/// Thread contract: any thread, without locks; a warm read allocates nothing. Invariant: a read sees one whole view, with every
/// event that was acknowledged before it began. Lifetime: that of the store, until <see cref="Close"/>.
/// </remarks>
internal sealed class SequenceReader(
    StoreContext context,
    ViewState view,
    ErasureSet erasures,
    WatermarkSet watermarks,
    ImportedSegments registry,
    HeadCache? heads,
    CommitGate? gate)
{
    private const int OptimisticReads = 2;

    private AgingPool<SequenceBuffer>? _pool;
    private volatile bool _closed;

    /// <summary>The views that scans keep.</summary>
    public PinnedViews Pinned { get; } = new(view.Epochs);

    /// <summary>Ages the pools of answers, this reader's and those of definitions that it serves.</summary>
    public PoolUpkeep Pools { get; } = new();

    /// <summary>Reads the sequence of a user. Dispose it.</summary>
    public Sequence Read(in UserId user, SequenceQuery query) => Read(user, query, []);

    /// <param name="user">The user whose sequence is read.</param>
    /// <param name="query">The columns, and the event types.</param>
    /// <param name="limits">The limits that replace those of the query, per type; empty for the query's own.</param>
    /// <remarks>
    /// Never inlined: a read is long, and inside a caller's method it used up what the compiler is ready to inline there. The caller's loop
    /// over the answer was then left with a call for each step.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Sequence Read(in UserId user, SequenceQuery query, ReadOnlySpan<TypeLimits> limits)
    {
        ArgumentNullException.ThrowIfNull(query);
        long started = context.Telemetry.BeginRead();
        SequenceBuffer buffer = Begin(query, isLate: false);
        using (Enter())
        {
            buffer.Assembler.Append(view.Current, user, erasures.CutoffOf(user), Now(query), limits);
        }

        context.Telemetry.EndRead(started);
        return new Sequence(buffer);
    }

    /// <summary>Reads the sequences of several users from one view. Dispose the batch.</summary>
    public SequenceBatch ReadMany(ReadOnlySpan<UserId> users, SequenceQuery query) => ReadMany(users, query, []);

    /// <param name="users">The users whose sequences are read.</param>
    /// <param name="query">The columns, and the event types.</param>
    /// <param name="limits">
    /// Per type of the query, in its order, how many of its events and from when; they replace the query's own.
    /// </param>
    public SequenceBatch ReadMany(ReadOnlySpan<UserId> users, SequenceQuery query, ReadOnlySpan<TypeLimits> limits)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ReadAt(users, query, limits, Now(query), out _);
    }

    private SequenceBatch ReadAt(
        ReadOnlySpan<UserId> users, SequenceQuery query, ReadOnlySpan<TypeLimits> limits, long now, out ulong version)
    {
        long started = context.Telemetry.BeginRead();
        SequenceBuffer buffer = Begin(query, isLate: false);
        using (Enter())
        {
            version = Append(buffer, users, limits, now);
        }

        context.Telemetry.EndRead(started);
        return new SequenceBatch(buffer);
    }

    private ulong Append(SequenceBuffer buffer, ReadOnlySpan<UserId> users, ReadOnlySpan<TypeLimits> limits, long now)
    {
        ReadView current = view.Current;
        foreach (ref readonly UserId user in users)
        {
            buffer.Assembler.Append(current, user, erasures.CutoffOf(user), now, limits);
        }

        return current.Version;
    }

    /// <summary>
    /// As <see cref="ReadMany(ReadOnlySpan{UserId}, SequenceQuery, ReadOnlySpan{TypeLimits})"/>, but without the late columns of
    /// the query: the buffer's <see cref="SequenceBuffer.Complete"/> gathers those of chosen rows.
    /// </summary>
    /// <param name="users">The users whose sequences are read.</param>
    /// <param name="query">The columns, and the event types.</param>
    /// <param name="limits">The limits that replace those of the query, per type.</param>
    /// <param name="hold">
    /// Keeps what the buffer points to. The caller leaves it soon, because until then nothing that was unlinked is reclaimed. When this
    /// throws, it has been left.
    /// </param>
    public SequenceBatch BeginLate(ReadOnlySpan<UserId> users, SequenceQuery query, ReadOnlySpan<TypeLimits> limits, EpochHold hold)
    {
        long started = context.Telemetry.BeginRead();
        SequenceBuffer buffer = Begin(query, isLate: true);
        hold.Enter(view.Epochs);
        try
        {
            RequireOpen();
            Append(buffer, users, limits, Now(query));
        }
        catch
        {
            hold.Leave();
            throw;
        }

        context.Telemetry.EndRead(started);
        return new SequenceBatch(buffer);
    }

    /// <summary>
    /// As <see cref="ReadMany(ReadOnlySpan{UserId}, SequenceQuery, ReadOnlySpan{TypeLimits})"/>, of exactly the commits up to one
    /// of them.
    /// </summary>
    /// <param name="users">The users whose sequences are read.</param>
    /// <param name="query">The columns, and the event types.</param>
    /// <param name="limits">The limits that replace those of the query, per type.</param>
    /// <param name="nowMs">The time by which age limits are taken, ms since the epoch.</param>
    /// <param name="point">The last commit that was read.</param>
    /// <exception cref="InvalidOperationException">The store keeps no versions.</exception>
    public SequenceBatch ReadExact(
        ReadOnlySpan<UserId> users, SequenceQuery query, ReadOnlySpan<TypeLimits> limits, long nowMs, out PastPoint point)
    {
        if (gate is null)
        {
            throw new InvalidOperationException(
                "The store keeps no versions, so it gives no receipts; open it with StoreOptions.VersionRetention.");
        }

        for (int attempt = 0; attempt < OptimisticReads; attempt++)
        {
            gate.StartRead(out long sequence, out _);
            SequenceBatch batch = ReadAt(users, query, limits, nowMs, out ulong version);

            // The batch is exact up to the position of now, if it is exact. The earlier position may be older than what a flush has
            // put into the version meanwhile.
            StreamPosition position = gate.Position;
            if (AreExact(gate, sequence, users))
            {
                point = new PastPoint(position, version);
                return batch;
            }

            batch.Dispose();
        }

        StreamPosition end = gate.BeginRead();
        try
        {
            SequenceBatch batch = ReadAt(users, query, limits, nowMs, out ulong version);
            point = new PastPoint(end, version);
            return batch;
        }
        finally
        {
            gate.EndRead();
        }
    }

    private static bool AreExact(CommitGate gate, long sequence, ReadOnlySpan<UserId> users)
    {
        foreach (ref readonly UserId user in users)
        {
            if (!gate.IsExact(sequence, user.Hash64))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Every user with rows of a type between two times, in order. Users whose rows are all hidden may be among them.
    /// </summary>
    public UserId[] UsersOf(EventTypeSchema eventType, long fromMs, long toMs)
    {
        using (Enter())
        {
            return UserScan.UsersOf(view.Current, eventType.Id, fromMs, toMs);
        }
    }

    /// <summary>
    /// Pins a view for scans of an event type. The caller makes sure that nothing of the view is disposed meanwhile, and that nobody
    /// appends to its memtables any more.
    /// </summary>
    /// <param name="pinned">The view.</param>
    /// <param name="eventType">The event type.</param>
    /// <param name="files">Keeps the files of the tables; owned from now on. Null when something else keeps them.</param>
    /// <exception cref="ObjectDisposedException">The store was closed; nothing is pinned.</exception>
    public PinnedView Pin(ReadView pinned, EventTypeSchema eventType, IDisposable? files)
    {
        try
        {
            using EpochScope inside = Pinned.Enter(); // what is held now is not closed before it is in the list
            return Pinned.Add(new PinnedView(Pinned, pinned, eventType, files, erasures, context.NowMs));
        }
        catch
        {
            files?.Dispose();
            throw;
        }
    }

    /// <summary>The newest time of any event of the user in any type that is visible now, or <see cref="long.MinValue"/>.</summary>
    public long NewestTimeOf(in UserId user, SequenceQuery newestOfEach)
    {
        using Sequence newest = Read(user, newestOfEach);
        return newest.Count > 0 ? newest.Times[0] : long.MinValue;
    }

    /// <summary>Refuses reads from now on, waits for those under way, and gives back what scans keep.</summary>
    public void Close()
    {
        _closed = true;
        Pinned.Refuse();
        view.Epochs.WaitForReaders();
        Pinned.Free();
    }

    private SequenceBuffer Begin(SequenceQuery query, bool isLate)
    {
        RequireOwn(query);
        AgingPool<SequenceBuffer> pool = _pool ?? NewPool();
        SequenceBuffer buffer = pool.TryRent() ?? new SequenceBuffer(pool, heads);
        buffer.Begin(query, isLate);
        foreach (QueryType type in query.Types)
        {
            buffer.Watermarks.Add(watermarks.Newest(type.EventType.Id));
            buffer.Completeness.Add(registry.CompletenessOf(type.EventType.Id));
        }

        return buffer;
    }

    private AgingPool<SequenceBuffer> NewPool()
    {
        AgingPool<SequenceBuffer> pool = new(Environment.ProcessorCount * 4);
        return Interlocked.CompareExchange(ref _pool, pool, null) ?? Pools.Add(pool);
    }

    /// <summary>
    /// Refuses a query of another store: columns are found by index, also in native memory, so the schema must be the same.
    /// </summary>
    private void RequireOwn(SequenceQuery query)
    {
        foreach (QueryType type in query.Types)
        {
            ushort id = type.EventType.Id;
            if (id >= context.Schema.EventTypes.Count || !ReferenceEquals(context.Schema.EventTypes[id], type.EventType))
            {
                throw new ArgumentException(
                    $"The query of '{type.EventType.Name}' was not made by this store; build it with Query.", nameof(query));
            }
        }
    }

    private EpochScope Enter()
    {
        EpochScope inside = view.Epochs.Enter();
        if (_closed)
        {
            inside.Dispose();
            RequireOpen();
        }

        return inside;
    }

    /// <summary>Called inside an epoch, so that either this sees <see cref="Close"/>, or closing waits for this read.</summary>
    private void RequireOpen()
    {
        if (_closed)
        {
            throw Closed();
        }
    }

    private static ObjectDisposedException Closed() => new("SignalStore");

    private long Now(SequenceQuery query) => query.NeedsNow ? context.NowMs : 0;
}
