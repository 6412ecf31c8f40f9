using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Decides where blocks end. A block ends when its narrow columns have the bytes and its rows the number of a unit, or when its narrow
/// columns together, or one wide column, reach a limit of unencoded bytes. A user's rows that follow in a unit go into it whole or
/// begin the next one, and the newest rows of a user stay together. Pure: it has no state other than the options.
/// </summary>
internal sealed class BlockCut
{
    private readonly TableOptions _options;
    private readonly int _narrowBytes;
    private readonly int _rowBytes;
    private readonly int _maxRows;
    private readonly int _unitBytes;

    public BlockCut(TableLayout layout, TableOptions options)
    {
        _options = options;
        _maxRows = TableFormat.MaxBlockRows;
        // Patches are read by users until they are folded only, which is soon, and by folds as a whole.
        _unitBytes = layout.Defaults.Kind == RunKind.Patches ? options.BlockBytes : Math.Min(options.UnitBytes, options.BlockBytes);
        for (int chunk = 0; chunk < layout.EndOfColumns; chunk++)
        {
            ColumnType type = layout.TypeOf(chunk);
            _rowBytes += type.Width;
            if (TableLayout.IsWide(type))
            {
                _maxRows = Math.Min(_maxRows, Math.Max(1, options.WideBytes / type.Width));
            }
            else
            {
                _narrowBytes += type.Width;
            }
        }
    }

    /// <summary>Unencoded bytes that rows add to a block, without wide columns.</summary>
    public long ByteCount(RowBuffer rows, int start, int count) => (long)_narrowBytes * count + VariableBytes(rows, start, count);

    // A block of the unit is what a read of one user fetches, so it should be small; but each chunk of a block has a header, a base, a
    // checksum and an index entry, so it must have rows enough. A user who does not fit joins a unit that has too few rows, unless it
    // would have twice as much as it should.
    private Room RoomOf(int pendingRows, long pendingBytes)
    {
        int scale = pendingRows > 0 && pendingRows < _options.UnitRows ? 2 : 1;
        return new Room(
            Math.Min((long)_unitBytes * scale, _options.BlockBytes) - pendingBytes,
            _options.BlockBytes - pendingBytes,
            _options.UnitRows * scale - pendingRows);
    }

    /// <summary>
    /// How many of a user's next rows go into a block that already holds <paramref name="pendingRows"/>. An empty block takes at
    /// least one row, and as many of the newest rows as must stay together.
    /// </summary>
    public int RowsThatFit(RowBuffer rows, int start, int count, int pendingRows, long pendingBytes)
    {
        int most = Math.Min(count, Math.Max(0, _maxRows - pendingRows));
        int fit = LongestPrefix(rows, start, most, _narrowBytes, RoomOf(pendingRows, pendingBytes));
        if (fit == count || pendingRows > 0)
        {
            return fit;
        }

        Room all = new(TableFormat.MaxBlockBytes, 0, 0);
        int together = LongestPrefix(rows, start, Math.Min(count, _options.MinBlockRows), _rowBytes, all);
        return Math.Max(1, Math.Max(fit, together));
    }

    [MethodImpl(Compile.InFull)]
    private static int LongestPrefix(RowBuffer rows, int start, int most, int rowBytes, in Room room)
    {
        int fits = 0;
        int tooMany = most + 1;
        int next = most;
        while (fits + 1 < tooMany)
        {
            if (room.Takes(next, (long)rowBytes * next + VariableBytes(rows, start, next)))
            {
                fits = next;
            }
            else
            {
                tooMany = next;
            }

            next = fits + (tooMany - fits) / 2;
        }

        return fits;
    }

    [MethodImpl(Compile.InFull)]
    private static long VariableBytes(RowBuffer rows, int start, int count)
    {
        long bytes = 0;
        foreach (ColumnBuffer column in rows.Columns)
        {
            if (column.Type.IsVariable && count > 0)
            {
                ReadOnlySpan<int> ends = column.Ends;
                bytes += ends[start + count - 1] - (start == 0 ? 0 : ends[start - 1]);
            }
        }

        return bytes;
    }

    /// <summary>
    /// Takes rows up to a number of bytes, and few rows up to a larger number of bytes. What takes some rows takes fewer, too.
    /// </summary>
    private readonly record struct Room(long Bytes, long MostBytes, int FewRows)
    {
        public bool Takes(int rows, long bytes) => bytes <= Bytes || (rows <= FewRows && bytes <= MostBytes);
    }
}
