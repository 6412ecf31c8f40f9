namespace Signals.Storage.Primitives;

/// <summary>
/// Keeps objects for reuse, so that a warm read allocates nothing: a bounded number of them, bounded bytes of large ones, and none for ever.
/// What was not used for a while goes, and so does what has grown far beyond what its uses need.
/// </summary>
/// <remarks>
/// Thread contract: any thread, without locks; <see cref="Age"/> by one thread at a time. What does not fit is left to the collector.
/// Lifetime: <see cref="PoolUpkeep"/> ages it about once a second.
/// </remarks>
/// <param name="slots">At most so many.</param>
/// <param name="largeBytes">At most so many bytes in all that are larger than <see cref="SmallBytes"/>.</param>
internal sealed class AgingPool<T>(int slots, long largeBytes = AgingPool<T>.DefaultLargeBytes) : IAgingPool
    where T : PooledObject
{
    /// <summary>What is smaller is not worth counting.</summary>
    public const long SmallBytes = 256 << 10;

    /// <summary>Looks of the upkeep after which something idle or outsized goes.</summary>
    public const int PatientLooks = 30;

    private const long DefaultLargeBytes = 64 << 20;
    private const int OutsizedFactor = 4;

    private readonly T?[] _kept = new T?[slots];
    private long _largeBytes;

    /// <summary>Bytes of large objects that lie here.</summary>
    public long LargeBytes => Volatile.Read(ref _largeBytes);

    /// <summary>How many objects lie here.</summary>
    public int Count => _kept.Count(kept => kept is not null);

    /// <summary>Takes one out; null when there is none.</summary>
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

    /// <summary>Gives one back that nobody uses any more.</summary>
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

    /// <summary>Lets go of what was idle or outsized at each of the last looks, and of what has become too large for the pool.</summary>
    public void Age()
    {
        for (int i = 0; i < _kept.Length; i++)
        {
            if (Volatile.Read(ref _kept[i]) is not T item)
            {
                continue;
            }

            // Looked at where it lies: were it taken out, a read would find nothing and allocate.
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
