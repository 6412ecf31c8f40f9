using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Where the rows of one event type go: the answer itself, or a stage that is merged with others later.</summary>
/// <remarks>Thread contract: owned by one read.</remarks>
internal readonly ref struct RowTarget(PooledList<long> times, PooledList<ulong> ids, ReadOnlySpan<ColumnOutput> columns)
{
    private readonly PooledList<long> _times = times;
    private readonly PooledList<ulong> _ids = ids;
    private readonly ReadOnlySpan<ColumnOutput> _columns = columns;

    public int Count => _times.Count;

    /// <summary>Adds the chosen rows of a head.</summary>
    public void Add(in OpenHead head)
    {
        (int first, int count) = (head.First, head.Count);
        head.Times.CopyTo(_times.Extend(count));
        head.Rows.Ids.Slice(first, count).CopyTo(_ids.Extend(count));
        for (int i = 0; i < _columns.Length; i++)
        {
            int position = head.Map.Positions[i];
            if (position < 0)
            {
                _columns[i].AddAbsent(count);
                continue;
            }

            head.Rows.Values(position, first, count).CopyTo(_columns[i].ExtendValues(count));
            head.Rows.States(position, first, count).CopyTo(_columns[i].ExtendStates(count));
        }
    }

    /// <summary>Takes back the rows from a number on.</summary>
    public void Truncate(int rows)
    {
        _times.Truncate(rows);
        _ids.Truncate(rows);
        foreach (ColumnOutput column in _columns)
        {
            column.Truncate(rows);
        }
    }
}
