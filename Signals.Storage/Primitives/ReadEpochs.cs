using System.Diagnostics;

namespace Signals.Storage.Primitives;

/// <summary>
/// Tells when nothing that a reader may still look at is left behind: readers enter and leave, writers retire
/// what they have unlinked, and a retired object is disposed once every reader that could have seen it has left.
/// </summary>
/// <remarks>
/// Thread contract: any thread may call anything. Entering and leaving take no lock and allocate nothing.
/// Why it is sound: a reader publishes its slot with an interlocked operation and only then loads the shared
/// reference; a writer unlinks, then advances the epoch with an interlocked operation and only then scans the
/// slots. Of the two, at least one sees the other: either the scan sees the slot, or the reader sees the new
/// reference.
/// Lifetime: one per store; whatever is still retired at <see cref="Dispose"/> is disposed then. What throws when it is disposed keeps nothing
/// else from being retired or disposed; the first error is thrown when all is done.
/// </remarks>
internal sealed class ReadEpochs : IDisposable
{
    private const int SlotCount = 128;
    private const int SlotStride = 16; // longs: two cache lines, so that the adjacent-line prefetcher shares nothing

    private readonly long[] _slots = GC.AllocateArray<long>((SlotCount + 1) * SlotStride, pinned: true);
    private readonly Lock _gate = new();
    private readonly Queue<(long Epoch, IDisposable Retired)> _retired = new(); // guarded by _gate
    private long _epoch = 1;
    private int _doubleFrees;

    /// <summary>How many retired objects wait for readers to leave.</summary>
    public int PendingCount
    {
        get
        {
            lock (_gate)
            {
                return _retired.Count;
            }
        }
    }

    /// <summary>How often a slot was freed that nobody held; counted in debug builds.</summary>
    public int DoubleFreeCount => Volatile.Read(ref _doubleFrees);

    /// <summary>Enters until the scope is disposed.</summary>
    public EpochScope Enter() => new(this);

    /// <summary>Claims a slot, for <see cref="EpochScope"/> and <see cref="EpochHold"/> alone: they own it, and free it once.</summary>
    internal int Claim()
    {
        int slot = Environment.CurrentManagedThreadId;
        SpinWait spin = default;
        for (int attempt = 0; ; attempt++, slot++)
        {
            ref long cell = ref _slots[((slot & (SlotCount - 1)) + 1) * SlotStride];
            if (Volatile.Read(ref cell) == 0 && Interlocked.CompareExchange(ref cell, Volatile.Read(ref _epoch), 0) == 0)
            {
                return slot & (SlotCount - 1);
            }

            if (attempt >= SlotCount)
            {
                spin.SpinOnce();
            }
        }
    }

    /// <summary>Frees the slot that <see cref="Claim"/> returned. A second time frees what another reader has claimed since.</summary>
    internal void Free(int slot)
    {
        ref long cell = ref _slots[(slot + 1) * SlotStride];
        CountIfFree(cell);
        Volatile.Write(ref cell, 0);
    }

    /// <summary>Hands over an object that new readers can no longer reach; it is disposed when the old ones have left.</summary>
    public void Retire(IDisposable unlinked) => Retire([unlinked]);

    /// <summary>The same for several, which are disposed in their order.</summary>
    public void Retire(IEnumerable<IDisposable> unlinked)
    {
        lock (_gate)
        {
            long epoch = Interlocked.Increment(ref _epoch);
            foreach (IDisposable one in unlinked)
            {
                _retired.Enqueue((epoch, one));
            }
        }

        Collect();
    }

    /// <summary>Disposes what no reader can reach any more; called after every retirement and from background loops.</summary>
    public void Collect()
    {
        lock (_gate)
        {
            if (_retired.Count == 0)
            {
                return;
            }

            Interlocked.MemoryBarrier();
            long oldestReader = OldestReader();
            FirstError errors = default;
            while (_retired.TryPeek(out (long Epoch, IDisposable Retired) next) && next.Epoch <= oldestReader)
            {
                _retired.Dequeue();
                errors.Dispose(next.Retired);
            }

            errors.Throw();
        }
    }

    /// <summary>Waits until no reader is inside; the caller has made sure that no new one stays.</summary>
    public void WaitForReaders()
    {
        Interlocked.MemoryBarrier();
        SpinWait spin = default;
        while (OldestReader() != long.MaxValue)
        {
            spin.SpinOnce();
        }
    }

    /// <summary>Disposes everything retired. The caller guarantees that no reader is inside.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            FirstError errors = default;
            while (_retired.TryDequeue(out (long Epoch, IDisposable Retired) next))
            {
                errors.Dispose(next.Retired);
            }

            errors.Throw();
        }
    }

    [Conditional("DEBUG")]
    private void CountIfFree(long cell)
    {
        if (cell == 0)
        {
            Interlocked.Increment(ref _doubleFrees);
        }
    }

    private long OldestReader()
    {
        long oldest = long.MaxValue;
        for (int slot = 1; slot <= SlotCount; slot++)
        {
            long epoch = Volatile.Read(ref _slots[slot * SlotStride]);
            if (epoch != 0 && epoch < oldest)
            {
                oldest = epoch;
            }
        }

        return oldest;
    }
}
