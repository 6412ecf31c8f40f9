using System.Runtime.InteropServices;
using Signals.Parquet.Reading.Conversions;

namespace Signals.Parquet.Reading.Columns;

/// <summary>
/// A list of numbers that becomes a vector: every row has null, or exactly as many elements as the vector has dimensions, none of them
/// null.
/// </summary>
internal sealed class VectorColumn<TStored, T, TConversion> : ValueCursor<T>
    where TStored : unmanaged
    where T : unmanaged
    where TConversion : struct, IConversion<TStored, T>
{
    private const int MostLevels = 1 << 16;

    private readonly FlatPages<TStored> _pages;
    private readonly TConversion _conversion;
    private readonly Leaf _leaf;
    private readonly int _dimensions;
    private readonly int[] _lengths; // elements of each bad row; -1 when an element is null or out of range
    private int _level; // the next level of the piece
    private int _value; // the next value of the piece
    private bool _ended;

    public VectorColumn(GroupPlace place, Leaf leaf, TConversion conversion, int batchRows, int dimensions)
        : base(leaf.Path, batchRows, dimensions)
    {
        _pages = new FlatPages<TStored>(place, leaf, MostLevels);
        (_leaf, _conversion, _dimensions) = (leaf, conversion, dimensions);
        _lengths = new int[batchRows];
    }

    public override void Read(int rows)
    {
        BadRows = 0;
        for (int row = 0; row < rows; row++)
        {
            if (!TryFill())
            {
                throw _pages.TooShort();
            }

            if (_pages.Repetitions[_level] != 0)
            {
                throw _pages.Contradiction("begins a row inside a list");
            }

            if (!TryTakeWhole(row))
            {
                TakeByElement(row);
            }
        }
    }

    public override string ReasonOf(int row) => _lengths[row] < 0
        ? $"column '{Source}' has an element that is null, or that {_conversion.Reason}."
        : $"column '{Source}' is a list of {_lengths[row]} elements; wanted are {_dimensions}.";

    public override void Dispose() => _pages.Dispose();

    private bool TryFill()
    {
        while (_level == _pages.Levels && !_ended)
        {
            _ended = !_pages.TryNext(MostLevels);
            (_level, _value) = (0, 0);
        }

        return !_ended;
    }

    // The usual row: complete, and the next one begins in the same piece.
    private bool TryTakeWhole(int row)
    {
        ReadOnlySpan<short> repetitions = _pages.Repetitions[_level..];
        if (repetitions.Length <= _dimensions || repetitions[_dimensions] != 0 || _pages.Values.Length - _value < _dimensions)
        {
            return false;
        }

        if (repetitions[1.._dimensions].Contains((short)0)
            || _pages.Definitions.Slice(_level, _dimensions).ContainsAnyExcept(_leaf.MaxDefinition))
        {
            return false;
        }

        ReadOnlySpan<TStored> stored = _pages.Values.Slice(_value, _dimensions);
        Span<T> values = Values.AsSpan(row * _dimensions, _dimensions);
        bool fits = true;
        if (typeof(TConversion) == typeof(Same<T>))
        {
            MemoryMarshal.Cast<TStored, T>(stored).CopyTo(values);
        }
        else
        {
            for (int i = 0; i < stored.Length; i++)
            {
                fits &= _conversion.TryConvert(stored[i], out values[i]);
            }
        }

        Mark(row, fits, fits ? _dimensions : -1);
        _level += _dimensions;
        _value += _dimensions;
        return true;
    }

    private void TakeByElement(int row)
    {
        short definition = _pages.Definitions[_level];
        if (definition < _leaf.ListDefinition)
        {
            _level++;
            bool isNull = definition < _leaf.ListDefinition - 1;
            (Marks[row], _lengths[row]) = (isNull ? RowMark.Missing : RowMark.Bad, 0);
            BadRows += isNull ? 0 : 1;
            Values.AsSpan(row * _dimensions, _dimensions).Clear();
            return;
        }

        int length = 0;
        bool fits = true;
        do
        {
            fits &= TryTakeElement(row, length++);
        }
        while (TryFill() && _pages.Repetitions[_level] != 0);

        Mark(row, fits && length == _dimensions, fits ? length : -1);
    }

    private bool TryTakeElement(int row, int index)
    {
        if (_pages.Definitions[_level++] != _leaf.MaxDefinition)
        {
            return false;
        }

        if (_value == _pages.Values.Length)
        {
            throw _pages.Contradiction("has levels for more values than it has");
        }

        bool fits = _conversion.TryConvert(_pages.Values[_value++], out T value);
        if (index < _dimensions)
        {
            Values[row * _dimensions + index] = value;
        }

        return fits;
    }

    private void Mark(int row, bool fits, int length)
    {
        (Marks[row], _lengths[row]) = (fits ? RowMark.Value : RowMark.Bad, length);
        BadRows += fits ? 0 : 1;
    }
}
