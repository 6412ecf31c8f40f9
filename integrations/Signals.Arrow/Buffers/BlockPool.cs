using System.Collections.Concurrent;

namespace Signals.Arrow.Buffers;

/// <summary>Pinned arrays that batches of one column use one after the other, so that steady work touches no fresh memory.</summary>
/// <remarks>
/// Thread contract: any thread. Lifetime: arrays belong to the garbage collector, so a batch that is never disposed costs only what it
/// holds. A pool keeps at most <see cref="Most"/> arrays.
/// </remarks>
internal sealed class BlockPool
{
    private const int Most = 4;

    private readonly ConcurrentQueue<byte[]> _arrays = new();
    private int _count;

    /// <summary>An array of at least so many bytes. Its content is whatever it held before.</summary>
    public byte[] Rent(int bytes)
    {
        while (_arrays.TryDequeue(out byte[]? array))
        {
            Interlocked.Decrement(ref _count);
            if (array.Length >= bytes)
            {
                return array;
            }
        }

        return GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
    }

    public void Return(byte[] array)
    {
        if (Interlocked.Increment(ref _count) <= Most)
        {
            _arrays.Enqueue(array);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
