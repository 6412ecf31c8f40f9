using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Tests.Storage.Compaction;

/// <summary>The naive truth: a sorted dictionary of rows, each column a state and a value, merged one by one.</summary>
internal sealed class MergeModel
{
    private readonly SortedDictionary<(UserId User, long NewestFirst, ulong Id), (ColumnState State, byte[] Value)[]> _rows = [];

    public int Count => _rows.Count;

    public void Add(UserId user, RowBuffer rows)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            var key = (user, -rows.Times[row], rows.Ids[row]);
            var incoming = new (ColumnState State, byte[] Value)[rows.Columns.Length];
            for (int column = 0; column < incoming.Length; column++)
            {
                incoming[column] = (rows.Columns[column].GetState(row), rows.Columns[column].GetValue(row).ToArray());
            }

            if (_rows.TryGetValue(key, out (ColumnState State, byte[] Value)[]? held))
            {
                incoming = [.. held.Zip(incoming, Greater)];
            }

            _rows[key] = incoming;
        }
    }

    /// <summary>Removes what retention takes away.</summary>
    public void Retain(int keepLast, long oldestKept, IReadOnlyDictionary<UserId, long> erased)
    {
        foreach (var user in _rows.Keys.GroupBy(key => key.User).ToList())
        {
            long cutoff = erased.GetValueOrDefault(user.Key, long.MinValue);
            foreach (var (key, rank) in user.Select((key, rank) => (key, rank)).ToList())
            {
                if (rank >= keepLast || -key.NewestFirst < oldestKept || -key.NewestFirst <= cutoff)
                {
                    _rows.Remove(key);
                }
            }
        }
    }

    public string Describe() => string.Join('\n', _rows.Select(row =>
        Line(row.Key.User, -row.Key.NewestFirst, row.Key.Id, row.Value)));

    public static string Describe(IEnumerable<(UserId User, RowBuffer Rows)> users) => string.Join('\n', users.SelectMany(Lines));

    private static IEnumerable<string> Lines((UserId User, RowBuffer Rows) user)
    {
        for (int row = 0; row < user.Rows.Count; row++)
        {
            var cells = new (ColumnState State, byte[] Value)[user.Rows.Columns.Length];
            for (int column = 0; column < cells.Length; column++)
            {
                ColumnBuffer buffer = user.Rows.Columns[column];
                cells[column] = (buffer.GetState(row), buffer.GetValue(row).ToArray());
            }

            yield return Line(user.User, user.Rows.Times[row], user.Rows.Ids[row], cells);
        }
    }

    private static (ColumnState State, byte[] Value) Greater(
        (ColumnState State, byte[] Value) left, (ColumnState State, byte[] Value) right)
    {
        int order = left.State != right.State
            ? left.State.CompareTo(right.State)
            : left.Value.AsSpan().SequenceCompareTo(right.Value);
        return order >= 0 ? left : right;
    }

    private static string Line(UserId user, long time, ulong id, (ColumnState State, byte[] Value)[] cells) =>
        $"{user} {time} {id} " + string.Join(' ', cells.Select(c => $"{c.State}:{Convert.ToHexString(c.Value)}"));
}
