using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>
/// Counts the users of a table whose erased rows are still in it, and remembers the answer until another user is erased.
/// One thread (that of compaction). No I/O but for tables that span more than 49 days, whose directory is not exact.
/// </summary>
internal sealed class ErasureScan(ErasureSet erasures)
{
    private readonly Dictionary<ulong, Answer> _answers = [];

    /// <summary>Erased users with rows in <paramref name="table"/>.</summary>
    public int Count(Table table)
    {
        if (erasures.IsEmpty)
        {
            return 0;
        }

        long changes = erasures.Changes;
        if (_answers.TryGetValue(table.Meta.Number, out Answer known) && known.Changes == changes)
        {
            return known.Users;
        }

        int users = erasures.All().Count(erasure => Holds(table, erasure));
        _answers[table.Meta.Number] = new Answer(changes, users);
        return users;
    }

    /// <summary>Forgets a table that left the store.</summary>
    public void Forget(ulong tableNumber) => _answers.Remove(tableNumber);

    // A false alarm would have the table rewritten for ever, so an inexact time is looked up.
    private static bool Holds(Table table, in Erasure erasure)
    {
        if (!table.TryFind(erasure.User, out UserRows rows) || rows.OldestTime > erasure.CutoffMs)
        {
            return false;
        }

        bool isExact = table.Meta.MaxTime - table.Meta.MinTime <= uint.MaxValue;
        return isExact || OldestTime(table, rows) <= erasure.CutoffMs;
    }

    private static long OldestTime(Table table, in UserRows rows)
    {
        long row = rows.FirstRow + rows.Count - 1;
        Block block = table.GetBlock(table.FindBlock(row), []);
        return block.Times.GetLong((int)(row - block.FirstRow));
    }

    private readonly record struct Answer(long Changes, int Users);
}
