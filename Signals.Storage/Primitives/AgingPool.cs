namespace Signals.Storage.Primitives;

/// <summary>
/// Keeps objects for reuse, so that a warm read allocates nothing. The number of objects is bounded, and so are the bytes of the
/// large ones. An object that was idle for a while, or that has grown far beyond what its uses need, is let go.
/// </summary>
/// <remarks>
/// Thread contract: any thread, without locks; <see cref="Age"/> by one thread at a time. An object that does not fit is left to
/// the garbage collector. Lifetime: <see cref="PoolUpkeep"/> calls <see cref="Age"/> about once a second.
/// </remarks>
/// <param name="slots">The most objects that are kept.</param>
/// <param name="largeBytes">The most bytes that all objects larger than <see cref="SmallBytes"/> may hold together.</param>
internal sealed class AgingPool<T>(int slots, long largeBytes = AgingPool<T>.DefaultLargeBytes) : IAgingPool
    where T : PooledObject
{
    /// <summary>Objects up to this many bytes are not counted against the limit of large bytes.</summary>
    public const long SmallBytes = 256 << 10;

    /// <summary>
    /// After this many consecutive calls of <see cref="Age"/> that find an object idle or oversized, it is let go.
    /// </summary>
    public const int PatientLooks = 30;

    private const long DefaultLargeBytes = 64 << 20;
    private const int OutsizedFactor = 4;

    private readonly T?[] _kept = new T?[slots];
    private long _largeBytes;

    /// <summary>Bytes of the large objects that are kept now.</summary>
    public long LargeBytes => Volatile.Read(ref _largeBytes);

    /// <summary>How many objects are kept now.</summary>
    public int Count => _kept.Count(kept => kept is not null);

    /// <summary>Takes an object out of the pool; null when the pool is empty.</summary>
    public T? TryRent()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is not null && Interlocked.Exchange(ref _kept[i], null) is T item)
            {
                Uncount(item);
                return item;
            }
        }

        return null;
    }

    /// <summary>Gives back an object that nobody uses any more.</summary>
    public void Return(T item)
    {
        long used = item.UsedBytes;
        item.WasUsed = true;
        item.PeakBytes = Math.Max(item.PeakBytes, used);
        if (used >= SmallBytes && !TryCount(item, item.HeldBytes))
        {
            return;
        }

        for (int i = 0; i < _kept.Length; i++)
        {
            if (_kept[i] is null && Interlocked.CompareExchange(ref _kept[i], item, null) is null)
            {
                return;
            }
        }

        Uncount(item);
    }

    /// <summary>
    /// Lets go of each object that was idle or oversized at each of the last <see cref="PatientLooks"/> calls, and of each object
    /// that has become too large for the pool.
    /// </summary>
    public void Age()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (Volatile.Read(ref _kept[i]) is not T item)
            {
                continue;
            }

            // The object stays in its slot meanwhile: if it were taken out, a concurrent read would find the pool empty and
            // allocate.
            long held = item.HeldBytes;
            item.IdleLooks = item.WasUsed ? 0 : item.IdleLooks + 1;
            item.OutsizedLooks = held > SmallBytes && held / OutsizedFactor > item.PeakBytes ? item.OutsizedLooks + 1 : 0;
            item.WasUsed = false;
            item.PeakBytes = 0;
            bool isOld = item.IdleLooks >= PatientLooks || item.OutsizedLooks >= PatientLooks;
            bool isUncounted = held > SmallBytes && item.CountedBytes == 0;
            if ((isOld || isUncounted) && Interlocked.CompareExchange(ref _kept[i], null, item) == item)
            {
                Uncount(item);
                if (!isOld && TryCount(item, item.HeldBytes) && Interlocked.CompareExchange(ref _kept[i], item, null) is not null)
                {
                    Uncount(item);
                }
            }
        }
    }

    private bool TryCount(T item, long bytes)
    {
        if (bytes <= SmallBytes)
        {
            return true;
        }

        if (Interlocked.Add(ref _largeBytes, bytes) > largeBytes)
        {
            Interlocked.Add(ref _largeBytes, -bytes);
            return false;
        }

        item.CountedBytes = bytes;
        return true;
    }

    private void Uncount(T item)
    {
        if (item.CountedBytes != 0)
        {
            Interlocked.Add(ref _largeBytes, -item.CountedBytes);
            item.CountedBytes = 0;
        }
    }
}
