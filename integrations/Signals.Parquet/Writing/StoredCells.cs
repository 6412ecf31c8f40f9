using System.Numerics;
using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>How cells become what Parquet stores, where that is not the same. Pure but for the scratch room.</summary>
internal static class StoredCells
{
    private const int HalfBytes = 2;

    /// <summary>Whole numbers of up to 16 bits, which are stored in 32.</summary>
    public static ReadOnlySpan<int> Widen<T>(ReadOnlySpan<T> cells, nint address, WriteScratch scratch)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < cells.Length; i++)
        {
            scratch.Ints[i] = int.CreateTruncating(cells[i]);
        }

        return scratch.Ints.AsSpan(0, cells.Length);
    }

    /// <summary>Half numbers, which are stored as two bytes each.</summary>
    public static ReadOnlySpan<FixedLenByteArray> Point(ReadOnlySpan<Half> cells, nint address, WriteScratch scratch)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            scratch.Places[i] = new FixedLenByteArray(address + i * HalfBytes);
        }

        return scratch.Places.AsSpan(0, cells.Length);
    }

    /// <summary>Cells that are stored as they are.</summary>
    public static ReadOnlySpan<T> Same<T>(ReadOnlySpan<T> cells, nint address, WriteScratch scratch)
        where T : unmanaged => cells;
}
