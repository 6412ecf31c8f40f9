using System.Runtime.InteropServices;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Features;

/// <summary>The event's type as one-hot or index over the definition's sources.</summary>
/// <typeparam name="TTo">The tensor's element.</typeparam>
/// <param name="positions">By event type id the position among the sources.</param>
/// <param name="sources">How many sources.</param>
/// <param name="isIndex">One element, the position + 1, instead of one per source.</param>
/// <param name="numbers">The element for each count from 0 to sources.</param>
internal sealed class EventTypeKernel<TTo>(int[] positions, int sources, bool isIndex, TTo[] numbers)
    : FeatureKernel(isIndex ? 1 : sources, ByteSize.Of<TTo>())
    where TTo : unmanaged
{
    protected override void WriteDense(RowSet rows, ReadOnlySpan<int> chosen, int first, int count, Span<byte> destination)
    {
        Span<TTo> output = MemoryMarshal.Cast<byte, TTo>(destination);
        ReadOnlySpan<ushort> types = rows.EventTypes;
        if (isIndex)
        {
            for (int i = 0; i < count; i++)
            {
                output[i] = numbers[positions[types[chosen[first + i]]] + 1];
            }

            return;
        }

        output.Fill(numbers[0]);
        for (int i = 0; i < count; i++)
        {
            output[(i * Elements) + positions[types[chosen[first + i]]]] = numbers[1];
        }
    }
}
