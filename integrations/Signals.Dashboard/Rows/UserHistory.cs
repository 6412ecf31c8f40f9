namespace Signals.Dashboard.Rows;

/// <summary>A user's newest events of all types, or of some, newest first.</summary>
/// <remarks>Immutable. Types are read one after another, so an event that comes meanwhile may be seen in one and not in another.</remarks>
internal sealed class UserHistory
{
    private UserHistory(UserRow[] rows, RowKey? end)
    {
        Rows = rows;
        End = end;
    }

    public IReadOnlyList<UserRow> Rows { get; }

    /// <summary>The oldest event that is shown, when there may be older ones; null when all are shown.</summary>
    public RowKey? End { get; }

    /// <summary>Reads.</summary>
    /// <param name="store">The store, for queries.</param>
    /// <param name="types">The event types.</param>
    /// <param name="last">How many rows at most.</param>
    /// <param name="read">Reads one query, of the store now or of one of the past.</param>
    public static UserHistory Read(SignalStore store, IEnumerable<EventTypeSchema> types, int last, Func<SequenceQuery, Sequence> read)
    {
        using CellText cells = new();
        List<UserRow> rows = [];
        bool isCut = false;
        foreach (EventTypeSchema type in types)
        {
            using Sequence sequence = read(store.Query(type.Name).Last(last).Build());
            QueriedRows values = new(sequence);
            for (int row = 0; row < sequence.Count; row++)
            {
                Dictionary<string, string> texts = [];
                foreach (ColumnSchema column in type.Columns)
                {
                    if (cells.Of(values, column.Name, column.Type, row) is string text)
                    {
                        texts[column.Name] = text;
                    }
                }

                rows.Add(new UserRow(type, sequence.Times[row], sequence.Ids[row], texts));
            }

            isCut |= sequence.Count == last;
        }

        rows.Sort();
        isCut |= rows.Count > last;
        UserRow[] shown = [.. rows.Take(last)];
        return new UserHistory(shown, isCut && shown.Length > 0 ? shown[^1].Key : null);
    }
}
