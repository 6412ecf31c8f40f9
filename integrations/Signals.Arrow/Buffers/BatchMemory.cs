namespace Signals.Arrow.Buffers;

/// <summary>
/// The memory of one record batch. It is held by the batch, and by each consumer of the C data interface that was given it; when the
/// last of them lets go, the arrays go back to their pools.
/// </summary>
/// <remarks>Thread contract: filled by one thread; then any thread holds and releases.</remarks>
internal sealed class BatchMemory
{
    private readonly List<LeasedBlock> _blocks = [];
    private int _holders = 1;

    /// <summary>The bytes of the blocks.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether nobody holds it any more.</summary>
    public bool IsReleased => Volatile.Read(ref _holders) == 0;

    public ReadOnlyMemory<byte> Add(byte[] array, int start, int length, BlockPool pool)
    {
        LeasedBlock block = new(array, start, length, pool);
        _blocks.Add(block);
        Bytes += length;
        return block.Memory;
    }

    /// <summary>Holds the memory once more.</summary>
    /// <exception cref="ObjectDisposedException">It was released.</exception>
    public void Hold()
    {
        int holders;
        do
        {
            holders = Volatile.Read(ref _holders);
            ObjectDisposedException.ThrowIf(holders == 0, typeof(PooledRecordBatch));
        }
        while (Interlocked.CompareExchange(ref _holders, holders + 1, holders) != holders);
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            foreach (LeasedBlock block in _blocks)
            {
                block.End();
            }
        }
    }
}
