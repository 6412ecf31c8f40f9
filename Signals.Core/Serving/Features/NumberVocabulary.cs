using System.Collections.Frozen;
using System.Numerics;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Definitions.Values;
using Signals.Core.Serving.Filtering;
using Signals.Definitions;

namespace Signals.Core.Serving.Features;

/// <summary>The categories of a column of numbers, as far as the column's type can hold them.</summary>
internal sealed class NumberVocabulary<T> : Vocabulary
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    /// <summary>Up to this many categories are searched one after another.</summary>
    private const int Few = 8;

    private readonly T[] _values;
    private readonly int[] _positions;
    private readonly FrozenDictionary<T, int>? _many;

    public NumberVocabulary(ValueList<Literal> categories)
    {
        List<T> values = [];
        List<int> positions = [];
        for (int i = 0; i < categories.Count; i++)
        {
            if (TryGet(categories[i], out T value) && !values.Contains(value))
            {
                values.Add(value);
                positions.Add(i);
            }
        }

        _values = [.. values];
        _positions = [.. positions];
        _many = _values.Length > Few ? values.Zip(positions).ToFrozenDictionary(pair => pair.First, pair => pair.Second) : null;
    }

    public override int Find(IColumnRows column, int row)
    {
        T value = MemoryMarshal.Cast<byte, T>(column.FixedRows)[row];
        if (_many is not null)
        {
            return _many.TryGetValue(value, out int position) ? position : -1;
        }

        for (int i = 0; i < _values.Length; i++)
        {
            if (_values[i] == value)
            {
                return _positions[i];
            }
        }

        return -1;
    }

    private static bool TryGet(Literal literal, out T value)
    {
        if (literal.Kind == LiteralKind.Boolean)
        {
            value = literal.Boolean ? T.One : T.Zero;
            return true;
        }

        return new NumberBounds<T>(literal).TryGet(out value);
    }
}
