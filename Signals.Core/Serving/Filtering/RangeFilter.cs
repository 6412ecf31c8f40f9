using System.Numerics;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// True where a scalar column has a value with <c>low &lt;= value &lt;= high</c>. With <paramref name="outside"/>, true where it
/// has a value outside this range. Every comparison with a number is compiled to such a range in the column's own type.
/// </summary>
/// <param name="column">The column's ordinal.</param>
/// <param name="low">Never NaN. Above <paramref name="high"/> for an empty range.</param>
/// <param name="high">Never NaN.</param>
/// <param name="outside">Negates the result, but only for rows with a value.</param>
internal sealed class RangeFilter<T>(int column, T low, T high, bool outside = false) : RowFilter
    where T : unmanaged, INumber<T>
{
    public T Low => low;

    public T High => high;

    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        ReadOnlySpan<byte> values = rows.Column(column).FixedRows;
        if (typeof(T) == typeof(Half))
        {
            short from = HalfOrder.Low(Half.CreateTruncating(low));
            short to = HalfOrder.High(Half.CreateTruncating(high));
            MaskKernels.RangeOfHalves(MemoryMarshal.Cast<byte, short>(values), low > high ? short.MaxValue : from, to, result.Words);
        }
        else
        {
            MaskKernels.Range(MemoryMarshal.Cast<byte, T>(values), low, high, result.Words);
        }

        if (outside)
        {
            result.Not();
        }

        MaskKernels.AndValues(rows.Column(column).RowStates, result.Words);
    }
}
