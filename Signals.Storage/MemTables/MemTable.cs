using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>
/// The newest events, in memory: for each user and event type a list of small columnar chunks in order of arrival.
/// </summary>
/// <remarks>
/// Thread contract: one writer appends (see <see cref="MemTableWriter"/>); any number of readers read without locks. Invariants:
/// rows below the published count of an entry never change; duplicates and late rows are kept as they arrived, and readers put
/// them in order. Lifetime: active, then frozen, then flushed. Disposing returns the arena to the pool. That must happen through
/// <see cref="Signals.Storage.Primitives.ReadEpochs"/>, because readers hold bare pointers.
/// </remarks>
internal sealed unsafe class MemTable : IDisposable
{
    private const int PrefetchedChunkBytes = 256;
    private const int GrowthOfIndex = 4;

    private readonly MemArenaPool _pool;
    private readonly ChunkLayout[] _layouts;
    private MemIndex _index;
    private uint _lastEntry;
    private int _entryCount;
    private long _rows;
    private bool _disposed;
    private int _holders = 1; // whoever disposes it, and each hold

    public MemTable(MemArenaPool pool, ChunkLayout[] layouts)
    {
        _pool = pool;
        _layouts = layouts;
        Arena = pool.Rent();
        _index = MemIndex.TryCreate(Arena, Math.Min(pool.IndexSlots, FirstIndexSlots(Arena.Capacity)))
            ?? throw new ArgumentException($"A memtable arena of {Arena.Capacity} bytes is too small; use at least 64 KiB.");
    }

    public MemArena Arena { get; }

    public MemIndex Index => Volatile.Read(ref _index);

    /// <summary>Each memtable of a store has a greater number than those before it.</summary>
    public long Number { get; init; }

    /// <summary>Number of the oldest log that holds rows of this memtable.</summary>
    public ulong FirstLog { get; set; }

    /// <summary>The stream position after the last record that lies completely in this memtable or an older one.</summary>
    public StreamPosition EndPosition { get; set; }

    /// <summary>
    /// The positions of the sources that moved while this memtable was the active one. Set before it is frozen.
    /// </summary>
    public IReadOnlyList<SourcePosition> Sources { get; set; } = [];

    public long Rows => Volatile.Read(ref _rows);

    /// <summary>The most slots that the index of a memtable of this size starts with.</summary>
    public static int FirstIndexSlots(long arenaBytes) =>
        Math.Max(64, (int)Math.Min(1 << 20, System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(arenaBytes / 512))));

    /// <summary>Number of event types that the memtable can hold.</summary>
    public int EventTypes => _layouts.Length;

    public ChunkLayout Layout(ushort eventType) => _layouts[eventType];

    /// <summary>Finds the rows of a user and event type that are visible now.</summary>
    public bool TryFind(in UserId user, ulong userHash, ushort eventType, out MemRows rows)
    {
        MemEntry* entry = Index.Find(user, eventType, MemIndex.Hash(userHash, eventType));
        if (entry != null)
        {
            int count = Volatile.Read(ref entry->Count);
            if (count > 0)
            {
                rows = new MemRows(this, entry, count);
                return true;
            }
        }

        rows = default;
        return false;
    }

    /// <summary>
    /// Adds the users who have an entry of an event type, in no particular order. May run while the writer appends.
    /// </summary>
    public void AddUsersTo(PooledList<UserId> users, ushort eventType) => Index.AddUsersTo(users, eventType);

    /// <summary>Adds every entry that has rows to the sorter. For a frozen memtable.</summary>
    [MethodImpl(Compile.InFull)]
    public void AddEntriesTo(EntrySorter sorter)
    {
        for (uint reference = _lastEntry; reference != 0;)
        {
            MemEntry* entry = (MemEntry*)Arena.Pointer(reference);
            if (entry->Count > 0)
            {
                sorter.Add(new EntryKey(entry->User.High, entry->User.Low, entry->EventType, reference));
            }

            reference = entry->NextEntry;
        }
    }

    /// <summary>The rows of an entry that <see cref="AddEntriesTo"/> added.</summary>
    public MemRows RowsOf(in EntryKey key)
    {
        MemEntry* entry = (MemEntry*)Arena.Pointer(key.Reference);
        return new MemRows(this, entry, entry->Count);
    }

    /// <summary>Prefetches an entry.</summary>
    public void PrefetchEntry(in EntryKey key) => Prefetch.Line(ref *Arena.Pointer(key.Reference));

    /// <summary>
    /// Prefetches the start of the newest chunk of an entry. The entry itself should have been prefetched before.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void PrefetchChunk(in EntryKey key)
    {
        MemEntry* entry = (MemEntry*)Arena.Pointer(key.Reference);
        byte* chunk = Arena.Pointer(entry->Tail);
        Prefetch.Lines(new ReadOnlySpan<byte>(chunk, PrefetchedChunkBytes));
    }

    /// <summary>Finds or creates an entry; null when the arena is full. For the writer only.</summary>
    [MethodImpl(Compile.InFull)]
    internal MemEntry* FindOrAdd(in UserId user, ushort eventType, ulong hash)
    {
        MemEntry* entry = _index.Find(user, eventType, hash);
        if (entry != null)
        {
            return entry;
        }

        if (_entryCount >= _index.Capacity / 4 * 3 && !TryGrowIndex())
        {
            return null;
        }

        uint reference = Arena.Allocate(MemEntry.Bytes, lineAligned: true);
        if (reference == 0)
        {
            return null;
        }

        entry = (MemEntry*)Arena.Pointer(reference);
        *entry = new MemEntry
        {
            User = user,
            EventType = eventType,
            Newest = long.MinValue,
            Oldest = long.MaxValue,
            LastTime = long.MinValue,
            NextEntry = _lastEntry,
        };
        _lastEntry = reference;
        _entryCount++;
        _index.Insert(hash, reference);
        return entry;
    }

    internal void PublishRows(int added) => Volatile.Write(ref _rows, _rows + added);

    /// <summary>
    /// Keeps the rows until <see cref="LetGo"/>, also when the memtable is disposed meanwhile. The caller makes sure that it is not
    /// disposed yet.
    /// </summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Ends a hold. The last one returns the arena.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _pool.Return(Arena);
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            LetGo();
        }
    }

    [MethodImpl(Compile.InFull)]
    private bool TryGrowIndex()
    {
        MemIndex? larger = MemIndex.TryCreate(Arena, _index.Capacity * GrowthOfIndex)
            ?? MemIndex.TryCreate(Arena, _index.Capacity * 2);
        if (larger is null)
        {
            return false;
        }

        for (uint reference = _lastEntry; reference != 0;)
        {
            MemEntry* entry = (MemEntry*)Arena.Pointer(reference);
            larger.Insert(MemIndex.Hash(entry->User.Hash64, entry->EventType), reference);
            reference = entry->NextEntry;
        }

        Volatile.Write(ref _index, larger);
        _pool.IndexSlots = Math.Max(_pool.IndexSlots, larger.Capacity);
        return true;
    }
}
