using System.Runtime.InteropServices;

namespace Signals.Core.Model;

/// <summary>
/// A piece of native memory that grows in place of an array, so that the garbage collector neither counts nor moves it.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Invariants: the contents survive <see cref="Resize"/>, and what it adds is not cleared; a
/// block that was freed has no bytes, so a use after that fails instead of reading foreign memory. Lifetime: that of its
/// <see cref="OwnedMemory"/>. Spans are valid until the next change of the size.
/// </remarks>
internal sealed unsafe class NativeBlock
{
    private readonly OwnedMemory _owner;
    private byte* _start;
    private long _bytes;

    internal NativeBlock(OwnedMemory owner) => _owner = owner;

    /// <summary>The number of items for which there is room.</summary>
    public int LengthOf<T>()
        where T : unmanaged => (int)(_bytes / sizeof(T));

    /// <summary>All of the block.</summary>
    public Span<T> Span<T>()
        where T : unmanaged => new(_start, LengthOf<T>());

    /// <summary>Makes room for exactly this many items.</summary>
    public void Resize<T>(int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        long bytes = (long)length * sizeof(T);
        _owner.Count(bytes - _bytes);
        _start = (byte*)NativeMemory.Realloc(_start, (nuint)bytes);
        _bytes = bytes;
    }

    /// <summary>Gives the memory back. A second call does nothing.</summary>
    internal void Free()
    {
        NativeMemory.Free(_start);
        _start = null;
        _bytes = 0;
    }
}
