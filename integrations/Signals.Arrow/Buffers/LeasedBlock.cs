using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Arrow.Buffers;

/// <summary>Part of a pinned array, as the memory of an Arrow buffer. After the batch has ended it throws.</summary>
/// <remarks>
/// Thread contract: any thread reads; it ends once. Invariant: the array is pinned for its whole life, so its address never changes, and
/// whoever holds this object keeps the array.
/// </remarks>
internal sealed class LeasedBlock(byte[] array, int start, int length, BlockPool pool) : MemoryManager<byte>
{
    private byte[]? _array = array;

    public override Span<byte> GetSpan() => Array.AsSpan(start, length);

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
        return new MemoryHandle((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Array)) + start + elementIndex);
    }

    public override void Unpin()
    {
        // The array is pinned anyway.
    }

    /// <summary>Gives the array back to its pool. A second call does nothing.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _array, null) is { } ended)
        {
            pool.Return(ended);
        }
    }

    protected override void Dispose(bool disposing) => End();

    private byte[] Array => Volatile.Read(ref _array)
        ?? throw new ObjectDisposedException(nameof(PooledRecordBatch), "The record batch was disposed; its memory serves another one.");
}
