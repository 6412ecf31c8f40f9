using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Core.Serving.Features;

/// <summary>Writes 1 where a column has a value, 0 elsewhere.</summary>
/// <typeparam name="TTo">The type of the tensor's elements.</typeparam>
/// <param name="column">The column's ordinal.</param>
/// <param name="one">The element of 1.</param>
internal sealed class PresenceKernel<TTo>(int column, TTo one) : FeatureKernel(1, ByteSize.SizeOf<TTo>())
    where TTo : unmanaged
{
    protected override void WriteDense(RowSet rows, ReadOnlySpan<int> chosen, int first, int count, Span<byte> destination)
    {
        Span<TTo> output = MemoryMarshal.Cast<byte, TTo>(destination);
        ReadOnlySpan<byte> states = rows.Column(column).RowStates;
        for (int i = 0; i < count; i++)
        {
            output[i] = states[chosen[first + i]] == (byte)ColumnState.Value ? one : default;
        }
    }
}
