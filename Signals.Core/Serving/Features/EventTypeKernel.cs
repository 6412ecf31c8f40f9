using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Core.Serving.Features;

/// <summary>Writes the event's type as one-hot or index over the definition's sources.</summary>
/// <typeparam name="TTo">The type of the tensor's elements.</typeparam>
/// <param name="positions">For each event type id, the position of its source.</param>
/// <param name="sources">The number of sources.</param>
/// <param name="isIndex">Whether to write one element, the position + 1, instead of one element per source.</param>
/// <param name="numbers">The elements of the numbers from 0 to sources.</param>
internal sealed class EventTypeKernel<TTo>(int[] positions, int sources, bool isIndex, TTo[] numbers)
    : FeatureKernel(isIndex ? 1 : sources, ByteSize.SizeOf<TTo>())
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
