using System.Diagnostics;

namespace Signals.Storage.Primitives;

/// <summary>
/// Decides when an unlinked object can be disposed. Readers enter and leave. Writers retire what they have unlinked. A retired
/// object is disposed once every reader that could have seen it has left.
/// </summary>
/// <remarks>
/// Thread contract: any thread may call anything. Entering and leaving take no lock and allocate nothing. Why it is sound: a
/// reader publishes its slot with an interlocked operation and only then loads the shared reference. A writer unlinks, then
/// advances the epoch with an interlocked operation and only then scans the slots. So at least one of them sees the other: either
/// the scan sees the slot, or the reader sees the new reference. Lifetime: one per store. Objects that are still retired at
/// <see cref="Dispose"/> are disposed then. An object that throws when it is disposed does not keep others from being retired or
/// disposed; the first error is thrown at the end.
/// </remarks>
internal sealed class ReadEpochs : IDisposable
{
    private const int SlotCount = 128;
    private const int SlotStride = 16; // in longs: two cache lines, so that the adjacent-line prefetcher never loads two slots together

    private readonly long[] _slots = GC.AllocateArray<long>((SlotCount + 1) * SlotStride, pinned: true);
    private readonly Lock _lock = new();
    private readonly Queue<(long Epoch, IDisposable Retired)> _retired = new(); // guarded by _lock
    private long _epoch = 1;
    private int _doubleFrees;

    /// <summary>How many retired objects wait for readers to leave.</summary>
    public int PendingCount
    {
        get
        {
            lock (_lock)
            {
                return _retired.Count;
            }
        }
    }

    /// <summary>How often a slot was freed that nobody held. Counted in debug builds only.</summary>
    public int DoubleFreeCount => Volatile.Read(ref _doubleFrees);

    /// <summary>Enters; the reader leaves when the scope is disposed.</summary>
    public EpochScope Enter() => new(this);

    /// <summary>
    /// Claims a slot. Only <see cref="EpochScope"/> and <see cref="EpochHold"/> call this: they own the slot and free it once.
    /// </summary>
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

    /// <summary>
    /// Frees the slot that <see cref="Claim"/> returned. Freeing it twice could free the slot of another reader that has claimed
    /// it since.
    /// </summary>
    internal void Free(int slot)
    {
        ref long cell = ref _slots[(slot + 1) * SlotStride];
        CountIfFree(cell);
        Volatile.Write(ref cell, 0);
    }

    /// <summary>
    /// Hands over an object that new readers can no longer reach. It is disposed when the readers that were inside have left.
    /// </summary>
    public void Retire(IDisposable unlinked) => Retire([unlinked]);

    /// <summary>Hands over several objects, which are disposed in the given order.</summary>
    public void Retire(IEnumerable<IDisposable> unlinked)
    {
        lock (_lock)
        {
            long epoch = Interlocked.Increment(ref _epoch);
            foreach (IDisposable one in unlinked)
            {
                _retired.Enqueue((epoch, one));
            }
        }

        Collect();
    }

    /// <summary>
    /// Disposes the objects that no reader can reach any more. Called after every retirement and from background loops.
    /// </summary>
    public void Collect()
    {
        lock (_lock)
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

    /// <summary>
    /// Begins a new epoch, for an owner that reclaims by itself. What it unlinked before can be reused once <see cref="HasLeft"/>.
    /// </summary>
    public long Advance() => Interlocked.Increment(ref _epoch);

    /// <summary>Whether every reader has left that entered before an epoch began.</summary>
    public bool HasLeft(long epoch)
    {
        Interlocked.MemoryBarrier();
        return OldestReader() >= epoch;
    }

    /// <summary>Waits until no reader is inside. The caller makes sure that no new reader enters and stays.</summary>
    public void WaitForReaders()
    {
        Interlocked.MemoryBarrier();
        SpinWait spin = default;
        while (OldestReader() != long.MaxValue)
        {
            spin.SpinOnce();
        }
    }

    /// <summary>Disposes every retired object. The caller guarantees that no reader is inside.</summary>
    public void Dispose()
    {
        lock (_lock)
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
