using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>
/// Counts, for each table, the erased users whose rows are still in it. Thread contract: one thread, that of compaction. An
/// erasure costs a look into each table's directory. A new table costs one look-up for each of its users or for each erased user,
/// whichever are fewer. The scan does no I/O, except for tables that span more than 49 days, whose directory does not hold exact
/// times.
/// </summary>
internal sealed class ErasureScan
{
    private readonly ErasureWatch _watch;
    private readonly Dictionary<UserId, long> _cutoffs = []; // as of the erasures taken from the watch so far
    private readonly Dictionary<ulong, int> _users = [];
    private HashSet<Table> _changed = [];

    /// <summary>Makes a scan without tables.</summary>
    public ErasureScan(ErasureSet erasures) => _watch = erasures.Watch();

    /// <summary>How many users were looked up in tables so far.</summary>
    public long Lookups { get; private set; }

    /// <summary>How many erased users have rows in a table that was added.</summary>
    public int Count(ulong tableNumber) => _users.GetValueOrDefault(tableNumber);

    /// <summary>Adds a table.</summary>
    public void Add(Table table)
    {
        int users = 0;
        if (_cutoffs.Count <= table.Meta.Users)
        {
            Lookups += _cutoffs.Count;
            foreach ((UserId user, long cutoff) in _cutoffs)
            {
                users += table.TryFind(user, out UserRows rows) && Holds(table, rows, cutoff) ? 1 : 0;
            }
        }
        else
        {
            Lookups += table.Meta.Users;
            for (int i = 0; i < table.Meta.Users; i++)
            {
                users += _cutoffs.TryGetValue(table.UserAt(i, out UserRows rows), out long cutoff) && Holds(table, rows, cutoff) ? 1 : 0;
            }
        }

        _users[table.Meta.Number] = users;
    }

    /// <summary>
    /// Takes in the erasures since the last call, and returns the tables that hold more erased users than before.
    /// </summary>
    /// <param name="tables">The tables that were added and not forgotten.</param>
    public HashSet<Table> Refresh(IReadOnlyCollection<Table> tables)
    {
        while (_watch.TryPeek(out Erasure erasure))
        {
            long before = _cutoffs.GetValueOrDefault(erasure.User, ErasureSet.NoCutoff);
            if (erasure.CutoffMs > before)
            {
                // The counts change only after all tables were read: if one cannot be read now, everything stays as it was.
                List<Table> more = HoldersOf(erasure, before, tables);
                more.ForEach(table => _users[table.Meta.Number] = Count(table.Meta.Number) + 1);
                _changed.UnionWith(more);
                _cutoffs[erasure.User] = erasure.CutoffMs;
            }

            _watch.Pass();
        }

        HashSet<Table> changed = _changed;
        _changed = [];
        return changed;
    }

    /// <summary>Forgets a table that left the store.</summary>
    public void Forget(ulong tableNumber) => _users.Remove(tableNumber);

    private List<Table> HoldersOf(Erasure erasure, long before, IReadOnlyCollection<Table> tables)
    {
        List<Table> holders = [];
        Lookups += tables.Count;
        foreach (Table table in tables)
        {
            if (table.TryFind(erasure.User, out UserRows rows)
                && Holds(table, rows, erasure.CutoffMs)
                && (before == ErasureSet.NoCutoff || !Holds(table, rows, before)))
            {
                holders.Add(table);
            }
        }

        return holders;
    }

    // A wrong yes would have the table rewritten again and again, so a time that the directory does not hold exactly is looked
    // up.
    private static bool Holds(Table table, in UserRows rows, long cutoff)
    {
        bool isExact = table.Meta.MaxTime - table.Meta.MinTime <= uint.MaxValue;
        return rows.OldestTime <= cutoff && (isExact || OldestTime(table, rows) <= cutoff);
    }

    private static long OldestTime(Table table, in UserRows rows)
    {
        long row = rows.FirstRow + rows.Count - 1;
        Block block = table.GetBlock(table.FindBlock(row), []);
        return block.Times.GetLong((int)(row - block.FirstRow));
    }
}
