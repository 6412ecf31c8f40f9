using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Core.Serving.Features;

/// <summary>The size and equality of elements as bytes. Pure.</summary>
internal static class ByteSize
{
    public static int SizeOf<T>()
        where T : unmanaged => Unsafe.SizeOf<T>();

    /// <summary>Whether both have the same bytes. Zeros of different signs do not.</summary>
    public static bool AreSame<T>(T left, T right)
        where T : unmanaged =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in left)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in right)));
}
