using Signals.Core.Columns;

namespace Signals.Storage.Segments;

/// <summary>
/// Walks the rows of finished windows one after the other, which is the order of a segment. Thread contract: one thread. One part is
/// open at a time; the walk disposes it when it leaves it, so the rows can be walked once.
/// </summary>
/// <param name="windows">The windows, in order. Their owner disposes those that the walk does not come to.</param>
/// <param name="storeColumns">How many columns the writer's event type has.</param>
internal sealed class WaitingRows(IEnumerable<OrderedWindow> windows, int storeColumns) : SegmentRows
{
    private readonly Queue<OrderedWindow> _left = new(windows);
    private OrderedWindow? _window;
    private SegmentRows? _rows;

    /// <inheritdoc/>
    public override ReadOnlySpan<ColumnBuffer> Columns => _rows!.Columns;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        while (_rows is null || !_rows.MoveNext())
        {
            _window?.Part.Dispose();
            if (!_left.TryDequeue(out _window))
            {
                return false;
            }

            _rows = _window.Open(storeColumns);
        }

        (Window, User, Time, Id, Marks, Row) = (_rows.Window, _rows.User, _rows.Time, _rows.Id, _rows.Marks, _rows.Row);
        return true;
    }
}
