using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Arrow.Buffers;

/// <summary>The bytes of an Arrow buffer as memory of its elements, so that a read can write into it. The bytes are pinned.</summary>
internal sealed class TypedMemory<T>(Memory<byte> bytes) : MemoryManager<T>
    where T : unmanaged
{
    public override Span<T> GetSpan() => MemoryMarshal.Cast<byte, T>(bytes.Span);

    public override MemoryHandle Pin(int elementIndex = 0) => bytes[(elementIndex * Unsafe.SizeOf<T>())..].Pin();

    public override void Unpin()
    {
        // The handle of Pin unpins the bytes.
    }

    protected override void Dispose(bool disposing)
    {
        // The bytes belong to a batch.
    }
}
