namespace Signals.Dashboard.Rows;

/// <summary>A user's newest events of all types, or of some, newest first.</summary>
/// <remarks>
/// Immutable. It reads the keys first, without columns, and then the cells of the events that stay, a part at a time, until their text
/// reaches <see cref="MostCellChars"/>. So what it holds follows from what is shown. Types and parts are read one after another: an event
/// that comes meanwhile may be seen in one and not in another, and one that goes meanwhile is left out.
/// </remarks>
internal sealed class UserHistory
{
    /// <summary>How many characters of cells end a history. The event that reaches it is still shown.</summary>
    public const int MostCellChars = 4_000_000;

    private const int PartRows = 64;

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
    public static UserHistory Read(
        SignalStore store, IReadOnlyList<EventTypeSchema> types, int last, Func<SequenceQuery, Sequence> read)
    {
        List<RowKey> keys = ReadKeys(store, types, last, read, out bool isCut);
        using CellText texts = new();
        List<UserRow> rows = new(keys.Count);
        long chars = 0;
        for (int next = 0; next < keys.Count && chars < MostCellChars; next += PartRows)
        {
            RowKey[] part = [.. keys.Skip(next).Take(PartRows)];
            Dictionary<RowKey, UserRow> found = ReadPart(store, types, part, last, read, texts);
            foreach (RowKey key in part)
            {
                if (chars >= MostCellChars)
                {
                    isCut = true;
                    break;
                }

                if (found.TryGetValue(key, out UserRow? row))
                {
                    rows.Add(row);
                    chars += row.Cells.Values.Sum(cell => (long)cell.Length);
                }
            }

            isCut |= chars >= MostCellChars && next + PartRows < keys.Count;
        }

        return new UserHistory([.. rows], isCut && rows.Count > 0 ? rows[^1].Key : null);
    }

    private static List<RowKey> ReadKeys(
        SignalStore store, IEnumerable<EventTypeSchema> types, int last, Func<SequenceQuery, Sequence> read, out bool isCut)
    {
        List<RowKey> keys = [];
        isCut = false;
        foreach (EventTypeSchema type in types)
        {
            using Sequence sequence = read(store.Query(type.Name).Last(last).Columns().Build());
            for (int row = 0; row < sequence.Count; row++)
            {
                keys.Add(new RowKey(type.Id, sequence.Times[row], sequence.Ids[row]));
            }

            isCut |= sequence.Count == last;
        }

        keys.Sort((one, other) => other.CompareTo(one));
        isCut |= keys.Count > last;
        return [.. keys.Take(last)];
    }

    // The cells of some events. Of a type it reads the times between its newest and oldest one, of which only those with a key count.
    private static Dictionary<RowKey, UserRow> ReadPart(
        SignalStore store, IReadOnlyList<EventTypeSchema> types, RowKey[] part, int last, Func<SequenceQuery, Sequence> read,
        CellText texts)
    {
        HashSet<RowKey> wanted = [.. part];
        Dictionary<RowKey, UserRow> found = [];
        foreach (IGrouping<ushort, RowKey> ofType in part.GroupBy(key => key.Type))
        {
            EventTypeSchema type = types.First(candidate => candidate.Id == ofType.Key);
            long newest = ofType.First().TimeMs;
            long end = newest == long.MaxValue ? newest : newest + 1;
            using Sequence sequence = read(store.Query(type.Name).Between(ofType.Last().TimeMs, end).Last(last).Build());
            QueriedRows values = new(sequence);
            for (int row = 0; row < sequence.Count; row++)
            {
                RowKey key = new(type.Id, sequence.Times[row], sequence.Ids[row]);
                if (wanted.Contains(key))
                {
                    found[key] = new UserRow(type, key.TimeMs, key.Id, CellsOf(values, type, row, texts));
                }
            }
        }

        return found;
    }

    private static Dictionary<string, string> CellsOf(QueriedRows values, EventTypeSchema type, int row, CellText texts)
    {
        Dictionary<string, string> cells = [];
        foreach (ColumnSchema column in type.Columns.Where(column => !column.IsDropped))
        {
            if (texts.Of(values, column.Name, column.Type, row) is string text)
            {
                cells[column.Name] = text;
            }
        }

        return cells;
    }
}
