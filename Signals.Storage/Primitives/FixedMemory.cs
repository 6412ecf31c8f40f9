using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Storage.Primitives;

/// <summary>
/// Memory that is filled once and read from then on: an array, or a piece of the native memory of an open table. It is never empty.
/// </summary>
/// <remarks>
/// Thread contract: any thread, once it is filled. Lifetime: an array lives as long as it is referred to; native memory as long as
/// its owner, so whoever reads it keeps the owner open, as readers inside an epoch do. Native memory must not be resized meanwhile.
/// Before the owner frees it, whoever keeps this puts <see cref="Closed"/> in its place: a late read throws then. Only the address
/// differs between the two, so a read beside that sees one or the other.
/// </remarks>
internal readonly unsafe struct FixedMemory<T>
    where T : unmanaged
{
    private readonly T[]? _array;
    private readonly T* _start;
    private readonly int _length;

    private FixedMemory(T[]? array, T* start, int length)
    {
        _array = array;
        _start = start;
        _length = length;
    }

    /// <summary>An array.</summary>
    public FixedMemory(T[] array) => _array = array;

    /// <summary>The number of items.</summary>
    public int Length => _array is null ? _length : _array.Length;

    /// <summary>The same without its native memory; an array stays, because it outlives its table.</summary>
    public FixedMemory<T> Closed => new(_array, null, _length);

    /// <summary>All of the memory.</summary>
    /// <exception cref="ObjectDisposedException">The native memory was given back: the table was closed.</exception>
    public Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_array is not null)
            {
                return _array;
            }

            T* start = _start; // once: another thread may close it now
            if (start == null)
            {
                ThrowClosed();
            }

            return new Span<T>(start, _length);
        }
    }

    /// <summary>A piece of native memory.</summary>
    public static FixedMemory<T> OfNative(Span<T> native) =>
        new(null, (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(native)), native.Length);

    [DoesNotReturn]
    private static void ThrowClosed() => throw new ObjectDisposedException(
        "Table", "The table was closed. Its directory is read only inside an epoch, or by work that keeps the version open.");
}
