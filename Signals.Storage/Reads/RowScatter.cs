using System.Runtime.InteropServices;

namespace Signals.Storage.Reads;

/// <summary>Copies rows that lie next to each other to given places.</summary>
/// <remarks>Thread contract: any thread; it holds no state.</remarks>
internal static class RowScatter
{
    /// <summary>Copies one item for each place.</summary>
    public static void Copy<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> places, Span<T> destination)
    {
        source = source[..places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            destination[places[i]] = source[i];
        }
    }

    /// <summary>Copies one row of a fixed number of bytes for each place.</summary>
    public static void Copy(ReadOnlySpan<byte> source, int width, ReadOnlySpan<int> places, Span<byte> destination)
    {
        switch (width)
        {
            case 1: Copy(source, places, destination); break;
            case 2: CopyAs<ushort>(source, places, destination); break;
            case 4: CopyAs<uint>(source, places, destination); break;
            case 8: CopyAs<ulong>(source, places, destination); break;
            default: CopyRows(source, width, places, destination); break;
        }
    }

    /// <summary>Writes the same item to all places.</summary>
    public static void Fill<T>(T item, ReadOnlySpan<int> places, Span<T> destination)
    {
        foreach (int place in places)
        {
            destination[place] = item;
        }
    }

    private static void CopyAs<T>(ReadOnlySpan<byte> source, ReadOnlySpan<int> places, Span<byte> destination)
        where T : unmanaged =>
        Copy(MemoryMarshal.Cast<byte, T>(source), places, MemoryMarshal.Cast<byte, T>(destination));

    private static void CopyRows(ReadOnlySpan<byte> source, int width, ReadOnlySpan<int> places, Span<byte> destination)
    {
        for (int i = 0; i < places.Length; i++)
        {
            source.Slice(i * width, width).CopyTo(destination[(places[i] * width)..]);
        }
    }
}
