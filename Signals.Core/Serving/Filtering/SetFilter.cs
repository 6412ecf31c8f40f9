using System.Collections.Frozen;
using System.Numerics;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>True where a scalar column has a value of the set.</summary>
/// <remarks>
/// A NaN in the set matches nothing. Small sets are compared value by value over vectors of rows; larger sets are hashed.
/// </remarks>
internal sealed class SetFilter<T> : RowFilter
    where T : unmanaged, INumber<T>
{
    private const int MostCompared = 12;

    private readonly int _column;
    private readonly T[] _few;
    private readonly FrozenSet<T> _many;

    public SetFilter(int column, IEnumerable<T> values)
    {
        _column = column;
        T[] all = [.. values.Where(value => !T.IsNaN(value)).Distinct()];
        bool compared = typeof(T) != typeof(Half) && all.Length <= MostCompared;
        _few = compared ? all : [];
        _many = (compared ? [] : all).ToFrozenSet();
    }

    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(rows.Column(_column).FixedRows);
        result.Reset(rows.Count, value: false);
        Span<ulong> words = result.Words;
        foreach (T wanted in _few)
        {
            MaskKernels.OrEqual(values, wanted, words);
        }

        if (_many.Count > 0)
        {
            for (int row = 0; row < values.Length; row++)
            {
                words[row >> 6] |= (_many.Contains(values[row]) ? 1UL : 0) << row;
            }
        }

        MaskKernels.AndValues(rows.Column(_column).RowStates, words);
    }
}
