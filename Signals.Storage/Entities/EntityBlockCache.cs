namespace Signals.Storage.Entities;

/// <summary>
/// Bounds the memory of the blocks of one file. Readers look at the slots without a lock. After a miss, the block is published
/// under the lock, and others are evicted by CLOCK: a block that was used since the hand last passed stays for another round.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Invariant: the cached blocks never exceed the capacity; a block larger than the capacity is not
/// kept.
/// </remarks>
internal sealed class EntityBlockCache(int blocks, long capacityBytes)
{
    private readonly Lock _lock = new();
    private readonly EntityBlock?[] _slots = new EntityBlock?[blocks];
    private readonly Queue<int> _held = new(); // guarded by _lock: the ring of CLOCK; the hand points at its first element
    private long _bytes; // written under _lock

    /// <summary>Bytes of memory of the cached blocks.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public EntityBlock? TryGet(int index)
    {
        EntityBlock? block = Volatile.Read(ref _slots[index]);
        block?.MarkUsed();
        return block;
    }

    public void Publish(int index, EntityBlock block)
    {
        lock (_lock)
        {
            if (_slots[index] is not null || block.Bytes > capacityBytes)
            {
                return;
            }

            while (_bytes > capacityBytes - block.Bytes)
            {
                int oldest = _held.Dequeue();
                if (_slots[oldest]!.TakeReferenced())
                {
                    _held.Enqueue(oldest);
                    continue;
                }

                _bytes -= _slots[oldest]!.Bytes;
                Volatile.Write(ref _slots[oldest], null);
            }

            _bytes += block.Bytes;
            _held.Enqueue(index);
            Volatile.Write(ref _slots[index], block);
        }
    }
}
