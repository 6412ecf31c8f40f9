using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Signals.Storage.Primitives;

/// <summary>Asks the processor to load cache lines that will be read soon, so that the cache misses overlap.</summary>
/// <remarks>
/// A hint: it changes nothing and cannot fault, even when the garbage collector moves the memory meanwhile. Does nothing on
/// processors other than x86.
/// </remarks>
internal static unsafe class Prefetch
{
    private const int LineBytes = 64;

    /// <summary>Prefetches the cache line of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line<T>(ref readonly T value)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in value)));
        }
    }

    /// <summary>Prefetches every cache line of some bytes.</summary>
    public static void Lines(ReadOnlySpan<byte> bytes)
    {
        if (Sse.IsSupported && !bytes.IsEmpty)
        {
            byte* first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
            for (nint offset = 0; offset < bytes.Length; offset += LineBytes)
            {
                Sse.Prefetch0(first + offset);
            }

            Sse.Prefetch0(first + bytes.Length - 1);
        }
    }
}
