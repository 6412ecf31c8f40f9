using System.Runtime.InteropServices;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Features;

/// <summary>How many rows of the sequence are newer.</summary>
/// <typeparam name="TTo">The tensor's element.</typeparam>
/// <param name="oldestFirst">Whether the chosen rows come oldest first.</param>
/// <param name="conversion">From a count to an element.</param>
internal sealed class PositionKernel<TTo>(bool oldestFirst, NumberConversion<long, TTo> conversion) : FeatureKernel(1, ByteSize.Of<TTo>())
    where TTo : unmanaged
{
    protected override void WriteDense(RowSet rows, ReadOnlySpan<int> chosen, int first, int count, Span<byte> destination)
    {
        Span<TTo> output = MemoryMarshal.Cast<byte, TTo>(destination);
        for (int i = 0; i < count; i++)
        {
            long newer = oldestFirst ? chosen.Length - 1 - first - i : first + i;
            conversion.Convert(new ReadOnlySpan<long>(in newer), output.Slice(i, 1));
        }
    }
}
