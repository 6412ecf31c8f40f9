using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// Walks the rows of a part whose rows say the same of their events, with one block in memory. Thread contract: one thread. Does
/// not own the part.
/// </summary>
internal sealed class PartRows : SegmentRows
{
    private readonly OpenPart _part;
    private readonly VerifierBlock _chunks = new();
    private readonly ColumnBuffer[] _columns;
    private readonly int[] _stored;
    private readonly long _window;
    private readonly RowMarks _marks;
    private long[] _times = [];
    private ulong[] _ids = [];
    private int _block = -1;
    private int _rows;
    private int _user = -1;
    private int _leftOfUser;

    /// <summary>Starts before the first row.</summary>
    /// <param name="part">The part.</param>
    /// <param name="shape">The columns of the part.</param>
    /// <param name="storeColumns">How many columns the writer's event type has.</param>
    /// <param name="marks">What each row says about its event.</param>
    public PartRows(OpenPart part, SegmentShape shape, int storeColumns, RowMarks marks)
    {
        _part = part;
        _stored = shape.Columns;
        _window = part.Footer.WindowStart;
        _marks = marks;
        ColumnBuffer none = new(ColumnType.Scalar<byte>(), capacity: 1);
        _columns = new ColumnBuffer[storeColumns];
        Array.Fill(_columns, none);
        for (int i = 0; i < _stored.Length; i++)
        {
            _columns[_stored[i]] = new ColumnBuffer(shape.ColumnTypes[i], capacity: 1);
        }

        Row = -1;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<ColumnBuffer> Columns => _columns;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (Row + 1 >= _rows && !ReadBlock())
        {
            return false;
        }

        Row++;
        if (_leftOfUser == 0)
        {
            _user++;
            _leftOfUser = _part.Directory.Rows(_user).Count;
            User = _part.Directory.User(_user);
        }

        _leftOfUser--;
        (Window, Time, Id, Marks) = (_window, _times[Row], _ids[Row], _marks);
        return true;
    }

    private bool ReadBlock()
    {
        if (++_block >= _part.Index.Blocks)
        {
            return false;
        }

        _ = _chunks.Read(_part.File, _part.Index, _part.Layout, _block);
        _rows = _part.Index.Rows(_block);
        if (_times.Length < _rows)
        {
            _times = new long[_rows];
            _ids = new ulong[_rows];
        }

        _chunks.Open(TableFormat.TimesChunk).CopyLongs(0, _rows, _times);
        _chunks.Open(TableFormat.IdsChunk).CopyULongs(0, _rows, _ids);
        for (int i = 0; i < _stored.Length; i++)
        {
            ColumnBuffer column = _columns[_stored[i]];
            column.Clear();
            if (_chunks.Holds(TableFormat.FirstColumnChunk + i))
            {
                _chunks.Open(TableFormat.FirstColumnChunk + i).AppendTo(column, 0, _rows);
            }
        }

        Row = -1;
        return true;
    }
}
