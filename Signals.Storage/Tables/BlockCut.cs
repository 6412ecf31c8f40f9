using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Decides where blocks end. A block ends when its narrow columns together, or one wide column, reach a limit of unencoded bytes.
/// The newest rows of a user stay together in one block. Pure: it has no state other than the options.
/// </summary>
internal sealed class BlockCut
{
    private readonly TableOptions _options;
    private readonly int _narrowBytes;
    private readonly int _rowBytes;
    private readonly int _maxRows;

    public BlockCut(TableLayout layout, TableOptions options)
    {
        _options = options;
        _maxRows = TableFormat.MaxBlockRows;
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

    /// <summary>
    /// How many of a user's next rows go into a block that already holds <paramref name="pendingRows"/>. An empty block takes at
    /// least one row, and as many of the newest rows as must stay together.
    /// </summary>
    public int RowsThatFit(RowBuffer rows, int start, int count, int pendingRows, long pendingBytes)
    {
        int fit = LongestPrefix(rows, start, Math.Min(count, Math.Max(0, _maxRows - pendingRows)), _narrowBytes,
            _options.BlockBytes - pendingBytes);
        if (fit == count || pendingRows > 0)
        {
            return fit;
        }

        int together = LongestPrefix(rows, start, Math.Min(count, _options.MinBlockRows), _rowBytes, TableFormat.MaxBlockBytes);
        return Math.Max(1, Math.Max(fit, together));
    }

    [MethodImpl(Compile.InFull)]
    private static int LongestPrefix(RowBuffer rows, int start, int most, int rowBytes, long room)
    {
        int fits = 0;
        int tooMany = most + 1;
        int next = most;
        while (fits + 1 < tooMany)
        {
            if ((long)rowBytes * next + VariableBytes(rows, start, next) <= room)
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
}
