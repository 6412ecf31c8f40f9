using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Features;

/// <summary>1 where a column has a value, 0 where it has none.</summary>
/// <typeparam name="TTo">The tensor's element.</typeparam>
/// <param name="column">The column's ordinal.</param>
/// <param name="one">1 as an element.</param>
internal sealed class PresenceKernel<TTo>(int column, TTo one) : FeatureKernel(1, ByteSize.Of<TTo>())
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
