using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Core.Serving.Features;

/// <summary>
/// Writes one feature of chosen rows into a tensor: directly when it is the only feature of the tensor, with a stride otherwise.
/// </summary>
/// <remarks>Thread contract: immutable; any thread.</remarks>
internal abstract class FeatureKernel(int elements, int elementBytes)
{
    /// <summary>The bytes of stack memory in which narrow features are written before they are spread.</summary>
    private const int ScratchBytes = 512;

    /// <summary>The number of elements of one row.</summary>
    public int Elements { get; } = elements;

    /// <summary>The number of bytes of one row.</summary>
    public int RowBytes { get; } = elements * elementBytes;

    /// <summary>Writes the feature of all chosen rows. Every byte of the feature is written.</summary>
    /// <param name="rows">The working set.</param>
    /// <param name="chosen">The rows to write, in the order of the tensor.</param>
    /// <param name="destination">The tensor's memory from the first byte of the feature in the first row on.</param>
    /// <param name="stride">The bytes from one row of the tensor to the next, at least <see cref="RowBytes"/>.</param>
    [SkipLocalsInit]
    public void Write(RowSet rows, ReadOnlySpan<int> chosen, Span<byte> destination, int stride)
    {
        if (stride == RowBytes)
        {
            WriteDense(rows, chosen, 0, chosen.Length, destination[..(chosen.Length * RowBytes)]);
            return;
        }

        int step = ScratchBytes / RowBytes;
        if (step < 2)
        {
            for (int row = 0; row < chosen.Length; row++)
            {
                WriteDense(rows, chosen, row, 1, destination.Slice(row * stride, RowBytes));
            }

            return;
        }

        Span<byte> scratch = stackalloc byte[ScratchBytes];
        for (int row = 0; row < chosen.Length; row += step)
        {
            int count = Math.Min(step, chosen.Length - row);
            Span<byte> dense = scratch[..(count * RowBytes)];
            WriteDense(rows, chosen, row, count, dense);
            Spread(dense, destination[(row * stride)..], stride);
        }
    }

    /// <summary>Writes <paramref name="count"/> of the chosen rows from <paramref name="first"/> on, without gaps.</summary>
    protected abstract void WriteDense(RowSet rows, ReadOnlySpan<int> chosen, int first, int count, Span<byte> destination);

    private void Spread(ReadOnlySpan<byte> dense, Span<byte> destination, int stride)
    {
        if (RowBytes == sizeof(uint) && stride % sizeof(uint) == 0)
        {
            ReadOnlySpan<uint> rows = MemoryMarshal.Cast<byte, uint>(dense);
            Span<uint> spread = MemoryMarshal.Cast<byte, uint>(destination);
            for (int row = 0, to = 0; row < rows.Length; row++, to += stride / sizeof(uint))
            {
                spread[to] = rows[row];
            }

            return;
        }

        for (int from = 0, to = 0; from < dense.Length; from += RowBytes, to += stride)
        {
            dense.Slice(from, RowBytes).CopyTo(destination[to..]);
        }
    }
}
