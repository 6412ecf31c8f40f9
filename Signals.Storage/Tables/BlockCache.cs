using System.Runtime.CompilerServices;

namespace Signals.Storage.Tables;

/// <summary>
/// Bounds the memory of the blocks of all tables that share it. Each table holds an array of slots that readers look at without
/// a lock; the cache alone writes the slots, under its lock, and empties them by CLOCK (a new block has to be touched once more
/// to survive a round). Threads: any. Invariant: resident bytes never exceed the capacity; a block larger than it is not kept.
/// </summary>
internal sealed class BlockCache
{
    /// <summary>The capacity of a cache that keeps everything.</summary>
    public const long Unbounded = long.MaxValue / 2;

    private const int Stripes = 16;
    private const int StripeStride = 16;
    private const int HeldShare = 4;

    private readonly Lock _gate = new();
    private readonly long[] _hits = new long[(Stripes + 1) * StripeStride];

    // Under _gate.
    private Entry[] _ring = new Entry[64];
    private int _count;
    private int _hand;
    private long _bytes;
    private long _evictions;
    private long _warmed;
    private long _reserved;
    private long _held;

    // Interlocked, miss path only.
    private long _misses;
    private long _deviceReads;
    private long _deviceBytes;

    /// <summary>A cache of so many bytes; 0 keeps nothing.</summary>
    /// <param name="capacityBytes">Most bytes.</param>
    /// <param name="holdsDirectories">Whether pages of directories share them; otherwise all that were read stay in memory.</param>
    public BlockCache(long capacityBytes, bool holdsDirectories = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        TotalBytes = capacityBytes;
        Directories = holdsDirectories || capacityBytes == Unbounded ? this : new BlockCache(Unbounded);
    }

    /// <summary>Where pages of directories are kept.</summary>
    public BlockCache Directories { get; }

    /// <summary>Most bytes held: blocks, filters and what <see cref="Reserve"/> says together.</summary>
    public long TotalBytes { get; }

    /// <summary>Most bytes of blocks.</summary>
    public long Capacity => Math.Max(0, TotalBytes - Volatile.Read(ref _reserved) - Volatile.Read(ref _held));

    /// <summary>Bytes of filters, as <see cref="TryHold"/> took them.</summary>
    public long HeldBytes => Volatile.Read(ref _held);

    /// <summary>Bytes that no block takes now.</summary>
    public long FreeBytes
    {
        get
        {
            lock (_gate)
            {
                return Capacity - _bytes;
            }
        }
    }

    /// <summary>Takes room away from the blocks, for memory that shares a budget with them; as much as is there.</summary>
    public void Reserve(long bytes)
    {
        lock (_gate)
        {
            Volatile.Write(ref _reserved, Math.Clamp(bytes, 0, TotalBytes));
            EvictLocked(Capacity, [], -1);
        }
    }

    /// <summary>Takes room from the blocks for something that stays until <see cref="LetGo"/>, if all of that together leaves the blocks most of it.</summary>
    public bool TryHold(long bytes)
    {
        lock (_gate)
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

    /// <summary>Gives back what <see cref="TryHold"/> took.</summary>
    public void LetGo(long bytes)
    {
        lock (_gate)
        {
            Volatile.Write(ref _held, _held - bytes);
        }
    }

    /// <summary>The counters now.</summary>
    public BlockCacheStats GetStats()
    {
        long hits = 0;
        for (int i = 1; i <= Stripes; i++)
        {
            hits += Volatile.Read(ref _hits[i * StripeStride]);
        }

        lock (_gate)
        {
            return new BlockCacheStats(hits, Volatile.Read(ref _misses), Volatile.Read(ref _deviceReads),
                Volatile.Read(ref _deviceBytes), _evictions, _bytes, _count, _warmed);
        }
    }

    /// <summary>Counts a hit without an interlocked write: one line per stripe of threads, where a race loses a count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountHit() => _hits[(1 + (Environment.CurrentManagedThreadId & (Stripes - 1))) * StripeStride]++;

    /// <summary>Counts a miss and the file reads that it took.</summary>
    public void CountMiss(IoCount io)
    {
        Interlocked.Increment(ref _misses);
        Interlocked.Add(ref _deviceReads, io.Reads);
        Interlocked.Add(ref _deviceBytes, io.Bytes);
    }

    /// <summary>Keeps loaded chunks of a block, joined with those it has already.</summary>
    /// <param name="slots">The table's slots.</param>
    /// <param name="index">The block.</param>
    /// <param name="seen">What the slot held when the caller decided what to load; it may be evicted or replaced by now.</param>
    /// <param name="loaded">The chunks that were missing.</param>
    /// <returns>The block to read: it has the chunks of <paramref name="seen"/> and <paramref name="loaded"/>.</returns>
    public Block Publish(Block?[] slots, int index, Block? seen, Block loaded)
    {
        lock (_gate)
        {
            Block? current = slots[index];
            Block? known = seen is null || ReferenceEquals(current, seen) ? current : Join(current, seen);
            Block block = Join(known, loaded);
            long growth = block.Bytes - (current?.Bytes ?? 0);
            // Chunks without a byte count, too: a block that is not known to hold them would be loaded by every read.
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

    /// <summary>Keeps an item that another thread may have loaded meanwhile, in place of those that were not used for long.</summary>
    /// <returns>The item to read.</returns>
    public T Add<T>(T?[] slots, int index, T loaded)
        where T : CachedItem
    {
        lock (_gate)
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

    /// <summary>Keeps an item that was loaded before anybody asked for it, unless another would have to leave for it.</summary>
    public void AddIfRoom<T>(T?[] slots, int index, T item)
        where T : CachedItem
    {
        lock (_gate)
        {
            if (slots[index] is null && item.Bytes <= Capacity - _bytes)
            {
                KeepLocked(slots, index, item);
                _warmed++;
            }
        }
    }

    /// <summary>Moves the blocks of a table to the one that follows it. Both are read meanwhile; what is read of the first one is loaded again.</summary>
    /// <param name="from">The slots of the first.</param>
    /// <param name="to">The slots of the second.</param>
    /// <param name="change">The block as the second table has it, given its number.</param>
    /// <param name="loaded">By block, chunks that only the second table has; they join their block if there is room. Empty for none.</param>
    public void Move(Block?[] from, Block?[] to, Func<int, Block, Block> change, Block?[] loaded)
    {
        lock (_gate)
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

    /// <summary>Drops everything in these slots. Their table is no longer read.</summary>
    public void Forget(CachedItem?[] slots)
    {
        lock (_gate)
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

    // Where everything is kept, nobody looks for what to drop.
    private void KeepLocked(CachedItem?[] slots, int index, CachedItem item)
    {
        if (TotalBytes != Unbounded)
        {
            InsertLocked(new Entry(slots, index));
        }

        _bytes += item.Bytes;
        slots[index] = item; // publishes it as a volatile write would
    }

    private void InsertLocked(Entry entry)
    {
        if (_count == _ring.Length)
        {
            Array.Resize(ref _ring, 2 * _count);
        }

        // Behind the hand, so that the new block is the last one that this round meets.
        int at = Math.Min(_hand, _count);
        _ring[_count++] = _ring[at];
        _ring[at] = entry;
        _hand = at + 1;
    }

    private void RemoveLocked(int at)
    {
        Entry entry = _ring[at];
        _bytes -= entry.Slots[entry.Index]!.Bytes;
        entry.Slots[entry.Index] = null; // no reference into an array of another type; storing one publishes it as a volatile write would
        _ring[at] = _ring[--_count];
        _ring[_count] = default;
    }

    private readonly record struct Entry(CachedItem?[] Slots, int Index);
}
