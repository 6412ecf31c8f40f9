using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Core.Serving.Features;

/// <summary>Writes the number of rows of the sequence that are newer.</summary>
/// <typeparam name="TTo">The type of the tensor's elements.</typeparam>
/// <param name="oldestFirst">Whether the chosen rows are ordered oldest first.</param>
/// <param name="conversion">Converts a count to an element.</param>
internal sealed class PositionKernel<TTo>(bool oldestFirst, NumberConversion<long, TTo> conversion)
    : FeatureKernel(1, ByteSize.SizeOf<TTo>())
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
