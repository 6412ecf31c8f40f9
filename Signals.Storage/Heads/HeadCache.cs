using System.Diagnostics;
using System.Numerics;
using Signals.Core.Model;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.Heads;

/// <summary>
/// Keeps a head for each user and event type that is read: the newest events, merged and decoded, so that a read of them is one probe and
/// straight copies. The reads themselves keep heads up to date with the memtables; ingest does nothing for them.
/// </summary>
/// <remarks>
/// Thread contract: any thread, inside a read epoch; finding and reading take no lock. Invariants: a head in force answers as the
/// memtables and tables of the view would, because its generation is that of the view (<see cref="GenerationOf"/>), and because it has the
/// rows of every memtable that the view no longer has (<see cref="CatchUp"/>). The heads take at most <see cref="LimitBytes"/>. Lifetime:
/// that of the store; disposed when no reader is left. Why it is built so: docs/decisions/0030-heads.md.
/// </remarks>
internal sealed unsafe partial class HeadCache : IDisposable
{
    private const int BytesPerBucket = 1024; // then small heads fill half of the slots, and few find their bucket full
    private const int MostBuckets = 1 << 24;
    private const int LayoutBits = 16;
    private const int MostAttempts = 16;
    private const int SpinsBetweenAttempts = 20;
    private const int FullShare = 8;
    private const int SegmentsInTurn = 3; // one that is being filled and those that stay free
    private const int AdmittedWhenFull = 8;

    private readonly Lock _lock = new();
    private readonly ReadEpochs _epochs;
    private readonly MemArenaPool _arenas;
    private readonly ForgottenUsers _forgotten; // guarded by _lock
    private readonly long _tableBytes;
    private HeadTable? _table; // made under _lock by the first head
    private HeadMemory? _memory; // made under _lock by the first head
    private long _allowedBytes;
    private bool _isOff; // guarded by _lock; there was no memory, or there is none any more
    private long _count; // guarded by _lock
    private int _turns; // approximate
    private long _made;
    private long _evicted;
    private long _failed;

    /// <param name="limitBytes">The most bytes of all heads; 0 for none.</param>
    /// <param name="epochs">Keeps a head that was taken out until no reader is left in it.</param>
    /// <param name="arenas">Gives memory that was used already.</param>
    /// <param name="eventTypes">How many event types the store has.</param>
    public HeadCache(long limitBytes, ReadEpochs epochs, MemArenaPool arenas, int eventTypes)
    {
        LimitBytes = limitBytes < HeadMemory.LeastBytes ? 0 : limitBytes;
        _allowedBytes = LimitBytes;
        _epochs = epochs;
        _arenas = arenas;
        _forgotten = new ForgottenUsers(epochs);
        uint buckets = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(LimitBytes / BytesPerBucket, 1, MostBuckets));
        _tableBytes = (long)buckets * HeadTable.BucketBytes;
        Layouts = new HeadLayouts(LimitBytes == 0 ? 0 : eventTypes);
    }

    /// <summary>Raised when the heads take more memory or less than before, on the thread that read or that does the upkeep.</summary>
    public event Action? Resized;

    /// <summary>The most bytes of all heads; 0 when there are none.</summary>
    public long LimitBytes { get; }

    /// <summary>The most bytes that the heads may take now, when others share their budget. At first all of the limit.</summary>
    public long AllowedBytes
    {
        get => Volatile.Read(ref _allowedBytes);
        set => Volatile.Write(ref _allowedBytes, value);
    }

    /// <summary>Which columns the heads of each event type have.</summary>
    public HeadLayouts Layouts { get; }

    /// <summary>Bytes of all heads and of the table that finds them.</summary>
    public long HeldBytes => (Volatile.Read(ref _memory)?.HeldBytes ?? 0) + (Volatile.Read(ref _table)?.Bytes ?? 0);

    /// <summary>How many heads there are.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>How many heads were made so far.</summary>
    public long Made => Volatile.Read(ref _made);

    /// <summary>How many heads were taken out for want of room so far.</summary>
    public long Evicted => Volatile.Read(ref _evicted);

    /// <summary>How many heads were not made because rows of theirs could not be read.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Counts a head whose rows could not be read.</summary>
    public void CountFailure() => Interlocked.Increment(ref _failed);

    /// <summary>Which heads of a type answer as a version of the tables does.</summary>
    public static ulong GenerationOf(HeadLayout layout, TableVersion tables) =>
        (PlantedBugs.Has(PlantedBugs.HeadMissesImports) ? 0 : tables.AnswerGenerationOf(layout.Type.Id) << LayoutBits)
        | (ushort)layout.Number;

    /// <summary>Prefetches where the head of a user and event type is found.</summary>
    public void Prefetch(ulong hash) => Volatile.Read(ref _table)?.Prefetch(hash);

    /// <summary>Opens the head of a user, after bringing it up to date with the memtables.</summary>
    /// <param name="layout">The layout of the event type.</param>
    /// <param name="user">The user.</param>
    /// <param name="userHash">The user's hash.</param>
    /// <param name="memTables">The memtables of the view: the active one, then the frozen ones, newest first.</param>
    /// <param name="tables">The tables of the view.</param>
    /// <param name="rows">The rows.</param>
    public HeadState TryOpen(
        HeadLayout layout, in UserId user, ulong userHash, MemTable[] memTables, TableVersion tables, out HeadRows rows)
    {
        rows = default;
        ushort type = layout.Type.Id;
        ulong generation = GenerationOf(layout, tables);
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            // Each time anew: the head may have been moved.
            HeadTable? table = Volatile.Read(ref _table);
            Head* head = table is null ? null : table.Find(user, type, MemIndex.Hash(userHash, type));
            if (head == null)
            {
                return HeadState.Missing;
            }

            if (!HeadRows.TryOpen(head, layout, out rows))
            {
                Thread.SpinWait(SpinsBetweenAttempts);
                continue;
            }

            bool hasAllFlushed = memTables[^1].Number <= rows.Seen.Table || PlantedBugs.Has(PlantedBugs.HeadMissesFlushedRows);
            if (rows.Generation != generation || !hasAllFlushed)
            {
                return HeadState.Missing;
            }

            if (HeadCatchUp.IsDone(rows.Seen, user, userHash, type, memTables))
            {
                SetUsed(head);
                return HeadState.Open;
            }

            HeadCatchUp.Run(head, layout, generation, memTables, tables.NewestUnsettledOf(type));
        }

        return HeadState.Busy;
    }

    /// <summary>
    /// Whether a head should be made for a user that was not found. Until the memory is nearly full, each user gets one. After
    /// that, one in several of the users that were asked for before, lately, gets one.
    /// </summary>
    public bool Admits(ulong hash)
    {
        if (LimitBytes == 0)
        {
            return false;
        }

        HeadTable? table = Volatile.Read(ref _table);
        return !IsNearlyFull(table) || (table?.WasAsked(hash) != false && ++_turns % AdmittedWhenFull == 0);
    }

    /// <summary>Whether a head of so many rows fits the memory of the heads at all.</summary>
    public bool HasRoomFor(HeadLayout layout, int rows) =>
        layout.BytesOf(HeadLayout.CapacityFor(rows)) <= HeadMemory.SegmentBytesOf(LimitBytes - _tableBytes);

    /// <summary>Makes room for a head. No read finds it before it is put in. False when there is no room now.</summary>
    /// <param name="layout">The layout of its event type.</param>
    /// <param name="user">The user.</param>
    /// <param name="rows">How many rows it begins with.</param>
    /// <param name="capacity">How many rows it has room for.</param>
    /// <param name="draft">The head.</param>
    public bool TryDraft(HeadLayout layout, in UserId user, int rows, int capacity, out HeadDraft draft)
    {
        draft = default;
        long had = HeldBytes;
        bool isMade;
        lock (_lock)
        {
            isMade = TryReserveLocked() && TryDraftLocked(layout, user, rows, capacity, out draft);
        }

        TellIfResized(had);
        return isMade;
    }

    /// <summary>
    /// Takes the user's heads out and overwrites every row of the user, also in copies that no read finds any more. The user was erased,
    /// and reads that begin now know it. Reads that began before make no head of the user.
    /// </summary>
    /// <remarks>
    /// Looks at the heads of the segments that may have had the user. It holds the lock for one segment at a time, so reads that make heads
    /// wait for no more. A read that fills a head meanwhile keeps it: either it knows of the erasure, or <see cref="Put"/> overwrites it.
    /// </remarks>
    public void Forget(in UserId user)
    {
        int segments;
        lock (_lock)
        {
            _forgotten.Add(user);
            _count -= _table?.RemoveAll(user, Layouts.EventTypes) ?? 0;
            segments = _memory?.Segments ?? 0;
        }

        for (int segment = 0; segment < segments; segment++)
        {
            lock (_lock)
            {
                _memory?.Wipe(segment, user);
            }
        }
    }

    /// <summary>Lets reads find a head, which belongs to the cache from now on. A user who was erased meanwhile gets none.</summary>
    /// <param name="draft">The head.</param>
    /// <param name="generation">What its rows were made from.</param>
    /// <param name="seen">Which rows of memtables it has.</param>
    /// <param name="coversFrom">It has every event from this time on.</param>
    /// <param name="isWhole">Whether it has every event that a read could return.</param>
    public void Put(in HeadDraft draft, ulong generation, HeadMark seen, long coversFrom, bool isWhole)
    {
        Head* head = draft.Head;
        head->Generation = generation;
        head->SeenTable = seen.Table;
        head->SeenRows = seen.Rows;
        head->CoversFrom = coversFrom;
        head->IsWhole = isWhole ? (byte)1 : (byte)0;
        lock (_lock)
        {
            head->IsDraft = 0;
            if (_forgotten.Has(head->User))
            {
                HeadCatchUp.Wipe(head); // it may have rows that were erased since they were read
            }
            else if (!draft.IsLost)
            {
                _count += _table!.Put(head, MemIndex.Hash(head->User.Hash64, head->EventType)) ? 1 : 0;
                _made++;
            }

            AssertInvariantsLocked();
        }
    }

    /// <summary>Gives up a head that was not put in, and overwrites the rows that it got.</summary>
    public void Abandon(in HeadDraft draft)
    {
        lock (_lock)
        {
            draft.Head->IsDraft = 0;
            HeadCatchUp.Wipe(draft.Head);
        }
    }

    /// <summary>
    /// Gives every head the rest of the rows of a memtable that the view is about to lose, because they are in tables. A head that this
    /// misses is made anew by the next read.
    /// </summary>
    public void CatchUp(MemTable flushed, TableVersion tables)
    {
        if (Volatile.Read(ref _table) is HeadTable table)
        {
            HeadCatchUp.RunLast(table, Layouts, _epochs, flushed, tables);
        }
    }

    /// <summary>Touches memory that heads will need soon, and takes back what readers have left. For a background thread.</summary>
    public void Prepare()
    {
        Volatile.Read(ref _memory)?.Prepare();
        long had = HeldBytes;
        lock (_lock)
        {
            _memory?.Reclaim();
            _memory?.Trim(AllowedBytes - _tableBytes);
        }

        TellIfResized(had);
    }

    /// <summary>Frees the memory. Whoever is late finds no heads, and makes none.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOff = true;
            _memory?.Dispose();
            _table?.Dispose();
            (_memory, _table) = (null, null);
        }
    }

    /// <summary>TEST_ONLY: how often a value lies in the memory of all heads.</summary>
    public int TestCopiesOf(long value) => _memory?.TestCopiesOf(value) ?? 0;

    // Little memory is never full to an eighth: some of its few segments stay free. There it counts that heads had to leave.
    private bool IsNearlyFull(HeadTable? table)
    {
        if (Volatile.Read(ref _memory) is not HeadMemory memory)
        {
            return false;
        }

        long free = AllowedBytes - (table?.Bytes ?? 0) - memory.UsedBytes;
        return free <= AllowedBytes / FullShare || (Evicted > 0 && free < (long)SegmentsInTurn * memory.SegmentBytes);
    }

    // Another thread may have resized them meanwhile; then that one tells it.
    private void TellIfResized(long had)
    {
        if (HeldBytes != had)
        {
            Resized?.Invoke();
        }
    }

    private static void SetUsed(Head* head)
    {
        if (head->Used == 0)
        {
            head->Used = 1;
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariantsLocked()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(HeldBytes <= LimitBytes, "The heads take more than their limit.");
    }
}
