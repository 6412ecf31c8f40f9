using Signals.Core.Columns;

namespace Signals.Storage.Segments;

/// <summary>
/// Merges several walks into one, in order, with a binary heap. Thread contract: one thread. Does not own the walks.
/// </summary>
internal sealed class MergedSegmentRows : SegmentRows
{
    private readonly SegmentRows[] _heap;
    private int _count;
    private bool _started;

    /// <summary>Merges walks that are before their first rows.</summary>
    public MergedSegmentRows(IEnumerable<SegmentRows> sources)
    {
        _heap = [.. sources];
        _count = _heap.Length;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<ColumnBuffer> Columns => _heap[0].Columns;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (!_started)
        {
            Start();
        }
        else if (_count > 0)
        {
            Advance();
        }

        if (_count == 0)
        {
            return false;
        }

        SegmentRows top = _heap[0];
        (Window, User, Time, Id, Marks, Row) = (top.Window, top.User, top.Time, top.Id, top.Marks, top.Row);
        return true;
    }

    private void Start()
    {
        _started = true;
        int live = 0;
        foreach (SegmentRows source in _heap)
        {
            if (source.MoveNext())
            {
                _heap[live++] = source;
            }
        }

        _count = live;
        for (int i = live / 2 - 1; i >= 0; i--)
        {
            SiftDown(i);
        }
    }

    private void Advance()
    {
        if (!_heap[0].MoveNext())
        {
            _heap[0] = _heap[--_count];
        }

        SiftDown(0);
    }

    private void SiftDown(int at)
    {
        SegmentRows moving = _heap[at];
        while (2 * at + 1 < _count)
        {
            int child = 2 * at + 1;
            if (child + 1 < _count && _heap[child + 1].Precedes(_heap[child]))
            {
                child++;
            }

            if (!_heap[child].Precedes(moving))
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = moving;
    }
}
