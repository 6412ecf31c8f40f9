using Signals.Parquet.Reading.Conversions;

namespace Signals.Parquet.Reading.Columns;

/// <summary>A column that is in no list, converted value by value.</summary>
internal sealed class FlatColumn<TStored, T, TConversion> : ValueCursor<T>
    where TStored : unmanaged
    where T : unmanaged
    where TConversion : struct, IConversion<TStored, T>
{
    private readonly FlatPages<TStored> _pages;
    private readonly TConversion _conversion;
    private readonly short _whenValue;

    public FlatColumn(GroupPlace place, Leaf leaf, TConversion conversion, int batchRows)
        : base(leaf.Path, batchRows)
    {
        _pages = new FlatPages<TStored>(place, leaf, batchRows);
        _conversion = conversion;
        _whenValue = leaf.MaxDefinition;
    }

    public override void Read(int rows)
    {
        BadRows = 0;
        for (int row = 0; row < rows; row += _pages.Levels)
        {
            if (!_pages.TryNext(rows - row))
            {
                throw _pages.TooShort();
            }

            if (_pages.Values.Length == _pages.Levels)
            {
                TakeAll(row);
            }
            else
            {
                TakeSome(row);
            }
        }
    }

    public override string ReasonOf(int row) => $"column '{Source}' {_conversion.Reason}.";

    public override void Dispose() => _pages.Dispose();

    private void TakeAll(int row)
    {
        ReadOnlySpan<TStored> stored = _pages.Values;
        Span<T> values = Values.AsSpan(row, stored.Length);
        Span<RowMark> marks = Marks.AsSpan(row, stored.Length);
        int bad = 0;
        for (int i = 0; i < stored.Length; i++)
        {
            bool fits = _conversion.TryConvert(stored[i], out values[i]);
            marks[i] = fits ? RowMark.Value : RowMark.Bad;
            bad += fits ? 0 : 1;
        }

        BadRows += bad;
    }

    private void TakeSome(int row)
    {
        ReadOnlySpan<TStored> stored = _pages.Values;
        ReadOnlySpan<short> levels = _pages.Definitions;
        int next = 0;
        for (int i = 0; i < levels.Length; i++)
        {
            if (levels[i] != _whenValue)
            {
                Marks[row + i] = RowMark.Missing;
                Values[row + i] = default;
                continue;
            }

            if (next == stored.Length)
            {
                throw _pages.Contradiction("has levels for more values than it has");
            }

            bool fits = _conversion.TryConvert(stored[next++], out Values[row + i]);
            Marks[row + i] = fits ? RowMark.Value : RowMark.Bad;
            BadRows += fits ? 0 : 1;
        }
    }
}
