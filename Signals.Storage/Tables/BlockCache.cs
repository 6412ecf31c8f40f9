using System.Runtime.CompilerServices;

namespace Signals.Storage.Tables;

/// <summary>
/// Bounds the memory of the blocks of all tables that share the cache. Each table has an array of slots that readers look at
/// without a lock. Only the cache writes the slots, under its lock, and it empties them by CLOCK: a new block must be used once
/// more to survive a round. Thread contract: any thread. Invariant: resident bytes never exceed the capacity; a block larger than
/// the capacity is not kept.
/// </summary>
internal sealed class BlockCache
{
    /// <summary>The capacity of a cache that keeps everything.</summary>
    public const long Unbounded = long.MaxValue / 2;

    private const int Stripes = 16;
    private const int StripeStride = 16;
    private const int HeldShare = 4;

    private readonly Lock _lock = new();
    private readonly long[] _hits = new long[(Stripes + 1) * StripeStride];

    // Guarded by _lock.
    private Entry[] _ring = new Entry[64];
    private int _count;
    private int _hand;
    private long _bytes;
    private long _evictions;
    private long _warmed;
    private long _reserved;
    private long _held;

    // Written with interlocked operations, after a miss only.
    private long _misses;
    private long _deviceReads;
    private long _deviceBytes;

    /// <summary>Creates a cache of this many bytes; 0 keeps nothing.</summary>
    /// <param name="capacityBytes">The most bytes.</param>
    /// <param name="holdsDirectories">
    /// Whether directory pages share these bytes. Otherwise every page that was read stays in memory.
    /// </param>
    public BlockCache(long capacityBytes, bool holdsDirectories = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        TotalBytes = capacityBytes;
        Directories = holdsDirectories || capacityBytes == Unbounded ? this : new BlockCache(Unbounded);
    }

    /// <summary>The cache that keeps directory pages.</summary>
    public BlockCache Directories { get; }

    /// <summary>The most bytes in all: blocks, filters and what <see cref="Reserve"/> takes.</summary>
    public long TotalBytes { get; }

    /// <summary>The most bytes of blocks.</summary>
    public long Capacity => Math.Max(0, TotalBytes - Volatile.Read(ref _reserved) - Volatile.Read(ref _held));

    /// <summary>Bytes of filters that <see cref="TryHold"/> took.</summary>
    public long HeldBytes => Volatile.Read(ref _held);

    /// <summary>Bytes of the capacity that no block takes now.</summary>
    public long FreeBytes
    {
        get
        {
            lock (_lock)
            {
                return Capacity - _bytes;
            }
        }
    }

    /// <summary>
    /// Takes room away from the blocks for other memory that shares the budget, up to the whole budget. Each call replaces the
    /// amount of the call before.
    /// </summary>
    public void Reserve(long bytes)
    {
        lock (_lock)
        {
            Volatile.Write(ref _reserved, Math.Clamp(bytes, 0, TotalBytes));
            EvictLocked(Capacity, [], -1);
        }
    }

    /// <summary>
    /// Takes room from the blocks for memory that stays until <see cref="LetGo"/>. False when all memory taken in this way would
    /// exceed a quarter of the budget, or when the blocks have less room than that.
    /// </summary>
    public bool TryHold(long bytes)
    {
        lock (_lock)
        {
            if (_held + bytes > TotalBytes / HeldShare || bytes > Capacity)
            {
                return false;
            }

            Volatile.Write(ref _held, _held + bytes);
            EvictLocked(Capacity, [], -1);
            return true;
        }
    }

    /// <summary>Gives back bytes that <see cref="TryHold"/> took.</summary>
    public void LetGo(long bytes)
    {
        lock (_lock)
        {
            Volatile.Write(ref _held, _held - bytes);
        }
    }

    /// <summary>The current values of the counters.</summary>
    public BlockCacheStats GetStats()
    {
        long hits = 0;
        for (int i = 1; i <= Stripes; i++)
        {
            hits += Volatile.Read(ref _hits[i * StripeStride]);
        }

        lock (_lock)
        {
            return new BlockCacheStats
            {
                Hits = hits,
                Misses = Volatile.Read(ref _misses),
                DeviceReads = Volatile.Read(ref _deviceReads),
                DeviceBytes = Volatile.Read(ref _deviceBytes),
                Evictions = _evictions,
                ResidentBytes = _bytes,
                ResidentBlocks = _count,
                Warmed = _warmed,
            };
        }
    }

    /// <summary>
    /// Counts a hit without an interlocked write. Threads are spread over several counters; when two threads race on one of them,
    /// a count is lost.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountHit() => _hits[(1 + (Environment.CurrentManagedThreadId & (Stripes - 1))) * StripeStride]++;

    /// <summary>Counts a miss and the file reads that it caused.</summary>
    public void CountMiss(IoCount io)
    {
        Interlocked.Increment(ref _misses);
        Interlocked.Add(ref _deviceReads, io.Reads);
        Interlocked.Add(ref _deviceBytes, io.Bytes);
    }

    /// <summary>Keeps loaded chunks of a block, joined with the chunks that the cache already has of it.</summary>
    /// <param name="slots">The slots of the table.</param>
    /// <param name="index">The number of the block.</param>
    /// <param name="seen">
    /// The content of the slot when the caller decided what to load. It may be evicted or replaced by now.
    /// </param>
    /// <param name="loaded">The chunks that were missing.</param>
    /// <returns>The block to read. It has the chunks of <paramref name="seen"/> and <paramref name="loaded"/>.</returns>
    public Block Publish(Block?[] slots, int index, Block? seen, Block loaded)
    {
        lock (_lock)
        {
            Block? current = slots[index];
            Block? known = seen is null || ReferenceEquals(current, seen) ? current : Join(current, seen);
            Block block = Join(known, loaded);
            long growth = block.Bytes - (current?.Bytes ?? 0);
            // Chunks without bytes are kept as well. Otherwise every read would load them again, because it could not see that
            // they are known.
            if (block.Bytes > Capacity || ReferenceEquals(block, current))
            {
                return block;
            }

            EvictLocked(Capacity - growth, slots, index);
            if (current is null)
            {
                InsertLocked(new Entry(slots, index));
            }

            _bytes += growth;
            Volatile.Write(ref slots[index], block);
            return block;
        }
    }

    /// <summary>
    /// Keeps an item, and evicts items that were not used for long to make room. Another thread may have loaded the same item
    /// meanwhile.
    /// </summary>
    /// <returns>The item to read.</returns>
    public T Add<T>(T?[] slots, int index, T loaded)
        where T : CachedItem
    {
        lock (_lock)
        {
            if (slots[index] is T current)
            {
                return current;
            }

            if (loaded.Bytes <= Capacity)
            {
                EvictLocked(Capacity - loaded.Bytes, [], -1);
                KeepLocked(slots, index, loaded);
            }

            return loaded;
        }
    }

    /// <summary>Keeps an item that no read has asked for yet, unless another item would have to be evicted for it.</summary>
    public void AddIfRoom<T>(T?[] slots, int index, T item)
        where T : CachedItem
    {
        lock (_lock)
        {
            if (slots[index] is null && item.Bytes <= Capacity - _bytes)
            {
                KeepLocked(slots, index, item);
                _warmed++;
            }
        }
    }

    /// <summary>
    /// Moves the blocks of a table to the table that succeeds it. Both tables may be read meanwhile; blocks that are then read
    /// through the first one are loaded again.
    /// </summary>
    /// <param name="from">The slots of the first table.</param>
    /// <param name="to">The slots of the second table.</param>
    /// <param name="change">Converts a block, given its number, to the form that the second table has.</param>
    /// <param name="loaded">
    /// For each block, chunks that only the second table has. They join their block if there is room. Empty when there are none.
    /// </param>
    public void Move(Block?[] from, Block?[] to, Func<int, Block, Block> change, Block?[] loaded)
    {
        lock (_lock)
        {
            for (int i = 0; i < _count; i++)
            {
                Entry entry = _ring[i];
                if (!ReferenceEquals(entry.Slots, from) || to[entry.Index] is not null)
                {
                    continue;
                }

                Block before = from[entry.Index]!;
                Block after = change(entry.Index, before);
                if (entry.Index < loaded.Length && loaded[entry.Index] is Block more && after.With(more) is Block joined
                    && joined.Bytes - before.Bytes <= Capacity - _bytes)
                {
                    after = joined;
                    _warmed++;
                }

                _bytes += after.Bytes - before.Bytes;
                Volatile.Write(ref to[entry.Index], after);
                Volatile.Write(ref from[entry.Index], null);
                _ring[i] = new Entry(to, entry.Index);
            }

            EvictLocked(Capacity, [], -1);
        }
    }

    /// <summary>Drops everything in these slots. Their table is not read any more.</summary>
    public void Forget(CachedItem?[] slots)
    {
        lock (_lock)
        {
            for (int i = 0; i < slots.Length && TotalBytes == Unbounded; i++)
            {
                _bytes -= slots[i]?.Bytes ?? 0;
                slots[i] = null;
            }

            for (int i = _count - 1; i >= 0; i--)
            {
                if (ReferenceEquals(_ring[i].Slots, slots))
                {
                    RemoveLocked(i);
                }
            }
        }
    }

    private static Block Join(Block? first, Block second) => first?.With(second) ?? second;

    private void EvictLocked(long target, CachedItem?[] slots, int kept)
    {
        while (_bytes > target)
        {
            _hand = _hand < _count ? _hand : 0;
            Entry entry = _ring[_hand];
            bool keep = ReferenceEquals(entry.Slots, slots) && entry.Index == kept;
            if (keep || entry.Slots[entry.Index]!.TakeReferenced())
            {
                _hand++;
                continue;
            }

            RemoveLocked(_hand);
            _evictions++;
        }
    }

    // A cache without a bound never evicts, so it needs no ring.
    private void KeepLocked(CachedItem?[] slots, int index, CachedItem item)
    {
        if (TotalBytes != Unbounded)
        {
            InsertLocked(new Entry(slots, index));
        }

        _bytes += item.Bytes;
        slots[index] = item; // storing a reference into an array publishes it like a volatile write
    }

    private void InsertLocked(Entry entry)
    {
        if (_count == _ring.Length)
        {
            Array.Resize(ref _ring, 2 * _count);
        }

        // Placed just behind the hand, so that the new block is the last one that this round reaches.
        int at = Math.Min(_hand, _count);
        _ring[_count++] = _ring[at];
        _ring[at] = entry;
        _hand = at + 1;
    }

    private void RemoveLocked(int at)
    {
        Entry entry = _ring[at];
        _bytes -= entry.Slots[entry.Index]!.Bytes;
        entry.Slots[entry.Index] = null; // the array may be of a derived type, so no ref to an element; the plain store publishes it
        _ring[at] = _ring[--_count];
        _ring[_count] = default;
    }

    private readonly record struct Entry(CachedItem?[] Slots, int Index);
}
