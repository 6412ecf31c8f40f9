namespace Signals.Dashboard.Rows;

/// <summary>
/// What became of a user's events since a time: those that came late, those that were corrected, those that went. It compares what the
/// store shows now with what it showed then. Immutable.
/// </summary>
internal sealed class HistoryComparison
{
    private readonly Dictionary<RowKey, UserRow> _then;
    private readonly UserHistory _before;
    private readonly long _thenMs;

    /// <param name="now">What the store shows now.</param>
    /// <param name="then">What it showed then.</param>
    /// <param name="thenMs">When that was.</param>
    public HistoryComparison(UserHistory now, UserHistory then, long thenMs)
    {
        (_before, _thenMs) = (then, thenMs);
        _then = then.Rows.ToDictionary(row => row.Key);
        HashSet<RowKey> known = [.. now.Rows.Select(row => row.Key)];
        Gone = [.. then.Rows.Where(row => !known.Contains(row.Key) && (now.End is not { } end || row.Key.CompareTo(end) > 0))];
    }

    /// <summary>Events that were shown then, would be among those shown now, and are not.</summary>
    public IReadOnlyList<UserRow> Gone { get; }

    /// <summary>Whether an event of a time before then came after it.</summary>
    public bool IsLate(UserRow row) => row.TimeMs <= _thenMs && !_then.ContainsKey(row.Key)
        && (_before.End is not { } end || row.Key.CompareTo(end) > 0);

    /// <summary>The columns of an event whose cells are others than then; none for an event that was not shown then.</summary>
    public IReadOnlyList<string> Changed(UserRow row)
    {
        if (!_then.TryGetValue(row.Key, out UserRow? old))
        {
            return [];
        }

        return [.. row.Type.Columns.Where(column => !column.IsDropped).Select(column => column.Name)
            .Where(name => row.Cells.GetValueOrDefault(name) != old.Cells.GetValueOrDefault(name))];
    }
}
