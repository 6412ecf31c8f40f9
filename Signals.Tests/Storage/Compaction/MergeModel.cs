using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Compaction;

/// <summary>The naive truth: a sorted dictionary of registers, each a maximum, raised one by one.</summary>
internal sealed class MergeModel
{
    private readonly SortedDictionary<(UserId User, long NewestFirst, ulong Id), Registers> _rows = [];

    public int Count => _rows.Count;

    public void Add(UserId user, RowBuffer rows, RunKind kind = RunKind.Events)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            var key = (user, -rows.Times[row], rows.Ids[row]);
            Registers incoming = RegistersOf(rows, row);
            incoming = kind == RunKind.Patches ? incoming with { Inserted = 0 } : incoming;
            _rows[key] = _rows.TryGetValue(key, out Registers? held) ? held.Max(incoming) : incoming;
        }
    }

    /// <summary>Raises the registers of another model into this one.</summary>
    /// <param name="patches">The other one.</param>
    /// <param name="where">Whether an event counts, given whether it was ever inserted here.</param>
    /// <returns>How many rows of the other one counted.</returns>
    public int Raise(MergeModel patches, Func<bool, bool> where)
    {
        int counted = 0;
        foreach ((var key, Registers row) in patches._rows)
        {
            bool isThere = _rows.TryGetValue(key, out Registers? held) && held.Inserted > 0;
            if (where(isThere))
            {
                counted++;
                _rows[key] = held?.Max(row) ?? row;
            }
        }

        return counted;
    }

    /// <summary>Removes the rows whose event was ever inserted in another model.</summary>
    public void Leave(MergeModel events)
    {
        foreach (var key in _rows.Keys.Where(key => events._rows.TryGetValue(key, out Registers? row) && row.Inserted > 0).ToList())
        {
            _rows.Remove(key);
        }
    }

    /// <summary>Removes what retention takes away.</summary>
    public void Retain(int keepLast, long oldestKept, IReadOnlyDictionary<UserId, long> erased)
    {
        foreach (var user in _rows.Keys.GroupBy(key => key.User).ToList())
        {
            long cutoff = erased.GetValueOrDefault(user.Key, long.MinValue);
            int newer = 0;
            foreach (var key in user.ToList())
            {
                bool inReach = newer < keepLast;
                newer += _rows[key].Inserted > 0 ? 1 : 0;
                if (!inReach || -key.NewestFirst < oldestKept || -key.NewestFirst <= cutoff)
                {
                    _rows.Remove(key);
                }
            }
        }
    }

    public string Describe() => string.Join('\n', _rows.Select(row => Line(row.Key.User, -row.Key.NewestFirst, row.Key.Id, row.Value)));

    public static string Describe(IEnumerable<(UserId User, RowBuffer Rows)> users) => string.Join('\n', users.SelectMany(Lines));

    private static IEnumerable<string> Lines((UserId User, RowBuffer Rows) user)
    {
        for (int row = 0; row < user.Rows.Count; row++)
        {
            yield return Line(user.User, user.Rows.Times[row], user.Rows.Ids[row], RegistersOf(user.Rows, row));
        }
    }

    private static Registers RegistersOf(RowBuffer rows, int row) => new(
        rows.Stamps.InsertedOf(row),
        rows.Stamps.RetractedOf(row),
        [.. Enumerable.Range(0, rows.Columns.Length).Select(i => CellOf(rows, i, row))]);

    private static Cell CellOf(RowBuffer rows, int column, int row)
    {
        ColumnState state = rows.Columns[column].GetState(row);
        return state == ColumnState.Absent
            ? Cell.Absent
            : new Cell(rows.Stamps.CellOf(column, row), state, rows.Columns[column].GetValue(row).ToArray());
    }

    // Cells that a retraction covers may be there or not.
    private static string Line(UserId user, long time, ulong id, Registers row) =>
        $"{user} {time} {id} {row.Inserted}-{row.Retracted} "
        + string.Join(' ', row.Cells.Select(c => c.Stamp <= row.Retracted ? Cell.Absent : c)
            .Select(c => $"{c.Stamp}:{c.State}:{Convert.ToHexString(c.Value)}"));

    private sealed record Registers(ulong Inserted, ulong Retracted, Cell[] Cells)
    {
        public Registers Max(Registers other) => new(
            Math.Max(Inserted, other.Inserted), Math.Max(Retracted, other.Retracted),
            [.. Cells.Zip(other.Cells, (a, b) => a.CompareTo(b) >= 0 ? a : b)]);
    }

    private sealed record Cell(ulong Stamp, ColumnState State, byte[] Value) : IComparable<Cell>
    {
        public static readonly Cell Absent = new(0, ColumnState.Absent, []);

        public int CompareTo(Cell? other) => (Stamp, State) != (other!.Stamp, other.State)
            ? (Stamp, State).CompareTo((other.Stamp, other.State))
            : Value.AsSpan().SequenceCompareTo(other.Value);
    }
}
