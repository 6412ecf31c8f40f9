using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Columns;

/// <summary>A column of text or bytes of any length, copied out of the pages.</summary>
internal sealed class BytesColumn : BytesCursor
{
    private const int MaxValueBytes = 16 << 20;
    private const int MaxBatchBytes = 512 << 20;
    private const int FirstBytes = 1 << 16;

    private readonly FlatPages<ByteArray> _pages;
    private readonly short _whenValue;
    private readonly int[] _ends;
    private byte[] _bytes = new byte[FirstBytes];

    public BytesColumn(GroupPlace place, Leaf leaf, int batchRows)
        : base(leaf.Path, batchRows)
    {
        _pages = new FlatPages<ByteArray>(place, leaf, batchRows);
        _whenValue = leaf.MaxDefinition;
        _ends = new int[batchRows];
    }

    /// <summary>The bytes of a row.</summary>
    public override ReadOnlySpan<byte> ValueOf(int row)
    {
        int start = row == 0 ? 0 : _ends[row - 1];
        return _bytes.AsSpan(start, _ends[row] - start);
    }

    public override void Read(int rows)
    {
        BadRows = 0;
        int used = 0;
        for (int row = 0; row < rows; row += _pages.Levels)
        {
            if (!_pages.TryNext(rows - row))
            {
                throw _pages.TooShort();
            }

            used = Take(row, used);
        }
    }

    public override string ReasonOf(int row) => $"column '{Source}' has more than {MaxValueBytes >> 20} MiB.";

    public override void Dispose() => _pages.Dispose();

    private int Take(int row, int used)
    {
        ReadOnlySpan<ByteArray> stored = _pages.Values;
        ReadOnlySpan<short> levels = _pages.Definitions;
        int next = 0;
        for (int i = 0; i < _pages.Levels; i++)
        {
            bool isThere = levels.IsEmpty || levels[i] == _whenValue;
            Marks[row + i] = isThere ? RowMark.Value : RowMark.Missing;
            if (isThere)
            {
                if (next == stored.Length)
                {
                    throw _pages.Contradiction("has levels for more values than it has");
                }

                used = Copy(NativeValues.Of(stored[next++]), used, row + i);
            }

            _ends[row + i] = used;
        }

        return used;
    }

    private int Copy(ReadOnlySpan<byte> value, int used, int row)
    {
        if (value.Length > MaxValueBytes)
        {
            Marks[row] = RowMark.Bad;
            BadRows++;
            return used;
        }

        if (value.Length > _bytes.Length - used)
        {
            long room = Math.Max(2L * _bytes.Length, (long)used + value.Length);
            if ((long)used + value.Length > MaxBatchBytes)
            {
                throw _pages.Contradiction($"has more than {MaxBatchBytes >> 20} MiB in {Marks.Length} rows, which is not taken");
            }

            Array.Resize(ref _bytes, (int)Math.Min(room, MaxBatchBytes));
        }

        value.CopyTo(_bytes.AsSpan(used));
        return used + value.Length;
    }
}
