using ParquetSharp;
using Signals.Parquet.Native;
using Signals.Parquet.Reading;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>The companion column of our own files: per row the names of the columns that are null, not absent.</summary>
/// <remarks>Thread contract: one thread. Lifetime: that of the row group.</remarks>
internal sealed class NullColumns : IDisposable
{
    private const int MostLevels = 1 << 14;

    private readonly FlatPages<ByteArray> _pages;
    private readonly Leaf _leaf;
    private readonly byte[][] _names;
    private int _level;
    private int _value;
    private bool _ended;

    /// <summary>Begins before the first row.</summary>
    /// <param name="place">The row group.</param>
    /// <param name="leaf">The elements of the column.</param>
    /// <param name="names">The names of the columns that are read, as the file has them.</param>
    public NullColumns(GroupPlace place, Leaf leaf, IEnumerable<string> names)
    {
        if (leaf is not { MaxRepetition: 1, Physical: PhysicalType.ByteArray })
        {
            throw new ParquetMismatchException(place.File, leaf.Path, leaf.Text, "a list of text");
        }

        _pages = new FlatPages<ByteArray>(place, leaf, MostLevels);
        _leaf = leaf;
        _names = [.. names.Select(System.Text.Encoding.UTF8.GetBytes)];
    }

    /// <summary>Marks the null cells of the next rows.</summary>
    public void Read(int rows, Cell[] cells)
    {
        for (int row = -1; TryFill();)
        {
            // In the usual piece no row has a null.
            if (_pages.Values.IsEmpty)
            {
                int count = Math.Min(_pages.Levels - _level, rows - 1 - row);
                (row, _level) = (row + count, _level + count);
                if (row == rows - 1)
                {
                    return;
                }

                continue;
            }

            if (_pages.Repetitions[_level] == 0 && ++row == rows)
            {
                return;
            }

            if (row < 0)
            {
                throw _pages.Contradiction("begins a row inside a list");
            }

            if (_pages.Definitions[_level++] == _leaf.MaxDefinition)
            {
                Mark(cells, row);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pages.Dispose();

    private bool TryFill()
    {
        while (_level == _pages.Levels && !_ended)
        {
            _ended = !_pages.TryNext(MostLevels);
            (_level, _value) = (0, 0);
        }

        return !_ended;
    }

    private void Mark(Cell[] cells, int row)
    {
        if (_value == _pages.Values.Length)
        {
            throw _pages.Contradiction("has levels for more values than it has");
        }

        ReadOnlySpan<byte> name = NativeValues.Of(_pages.Values[_value++]);
        for (int i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                if (cells[i].Column.Marks[row] == RowMark.Value)
                {
                    throw _pages.Contradiction($"says that '{cells[i].Column.Source}' is null where it has a value");
                }

                cells[i].Column.Marks[row] = RowMark.Null;
                return;
            }
        }
    }
}
