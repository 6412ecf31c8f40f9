namespace Signals.Storage.Entities;

/// <summary>
/// Bounds the memory of one file's blocks. Readers look at the slots without a lock; a miss publishes under the lock and evicts by CLOCK:
/// a block that was used since the hand came by stays for another round.
/// </summary>
/// <remarks>Threads: any. Invariant: the blocks held never exceed the capacity; a block larger than it is not kept.</remarks>
internal sealed class EntityBlockCache(int blocks, long capacityBytes)
{
    private readonly Lock _gate = new();
    private readonly EntityBlock?[] _slots = new EntityBlock?[blocks];
    private readonly Queue<int> _held = new(); // under _gate: the ring, the hand before its first
    private long _bytes; // written under _gate

    /// <summary>Memory of the blocks held.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public EntityBlock? TryGet(int index)
    {
        EntityBlock? block = Volatile.Read(ref _slots[index]);
        block?.Touch();
        return block;
    }

    public void Publish(int index, EntityBlock block)
    {
        lock (_gate)
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
