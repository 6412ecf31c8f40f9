using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Columns;

/// <summary>A column of bytes of fixed length, copied out of the pages.</summary>
internal sealed class FixedBytesColumn : BytesCursor
{
    private readonly FlatPages<FixedLenByteArray> _pages;
    private readonly short _whenValue;
    private readonly int _length;
    private readonly byte[] _bytes;

    public FixedBytesColumn(GroupPlace place, Leaf leaf, int batchRows)
        : base(leaf.Path, batchRows)
    {
        _pages = new FlatPages<FixedLenByteArray>(place, leaf, batchRows);
        (_whenValue, _length) = (leaf.MaxDefinition, leaf.Length);
        _bytes = new byte[batchRows * (long)leaf.Length];
    }

    /// <summary>The bytes of a row.</summary>
    public override ReadOnlySpan<byte> ValueOf(int row) => _bytes.AsSpan(row * _length, _length);

    public override void Read(int rows)
    {
        for (int row = 0; row < rows; row += _pages.Levels)
        {
            if (!_pages.TryNext(rows - row))
            {
                throw _pages.TooShort();
            }

            Take(row);
        }
    }

    public override string ReasonOf(int row) => $"column '{Source}' cannot be read.";

    public override void Dispose() => _pages.Dispose();

    private void Take(int row)
    {
        ReadOnlySpan<FixedLenByteArray> stored = _pages.Values;
        ReadOnlySpan<short> levels = _pages.Definitions;
        int next = 0;
        for (int i = 0; i < _pages.Levels; i++)
        {
            bool isThere = levels.IsEmpty || levels[i] == _whenValue;
            Marks[row + i] = isThere ? RowMark.Value : RowMark.Missing;
            if (!isThere)
            {
                continue;
            }

            if (next == stored.Length)
            {
                throw _pages.Contradiction("has levels for more values than it has");
            }

            NativeValues.Of(stored[next++], _length).CopyTo(_bytes.AsSpan((row + i) * _length));
        }
    }
}
