using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// The runs of events of a type whose rows are all newer than a time. They tell how many older rows of a user the last N can
/// still reach. Thread contract: one thread at a time. It does no I/O, except in tables in which some row was never inserted. The
/// tables must stay open while this is used.
/// </summary>
/// <remarks>
/// The count of newer rows is a lower bound. Rows of one table are distinct, and so are rows of tables that do not overlap in
/// time. Tables that overlap may hold the same rows. So the count takes the largest number of rows in tables that do not overlap:
/// going through the tables from the newest, each table either counts together with the best choice among those wholly newer than
/// it, or does not count. Rows count as none when one of them may never have been inserted. When an erasure or the max age later
/// removes a newer row, it removes every older row as well. A retracted row keeps its place.
/// </remarks>
internal sealed class NewerTables
{
    private readonly Table[] _tables; // by oldest time, descending
    private readonly int[] _apart; // how many of the tables before one are wholly newer than it
    private readonly int[] _most;
    private readonly int _count;

    private NewerTables(NewerTables all, int count)
    {
        _tables = all._tables;
        _apart = all._apart;
        _most = all._most;
        _count = count;
    }

    private NewerTables(Table[] tables)
    {
        _tables = tables;
        _count = tables.Length;
        _apart = new int[tables.Length];
        _most = new int[tables.Length + 1];
        for (int i = 0; i < tables.Length; i++)
        {
            int low = 0;
            int high = i;
            while (low < high)
            {
                int middle = low + ((high - low) / 2);
                (low, high) = tables[middle].Meta.MinTime > tables[i].Meta.MaxTime ? (middle + 1, high) : (low, middle);
            }

            _apart[i] = PlantedBugs.Has(PlantedBugs.NewerTablesThatMeetCountTwice) ? i : low;
        }
    }

    /// <summary>Starts with all given tables, of one type and version, as newer than any time.</summary>
    public static NewerTables IndexUsers(ReadOnlySpan<Table> tables)
    {
        Table[] newest = tables.ToArray();
        Array.Sort(newest, static (a, b) => b.Meta.MinTime.CompareTo(a.Meta.MinTime));
        return new NewerTables(newest);
    }

    /// <summary>
    /// The tables that hold only rows newer than <paramref name="timeMs"/>. The result shares memory with this instance.
    /// </summary>
    public NewerTables Than(long timeMs)
    {
        int low = 0;
        int high = _tables.Length;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = _tables[middle].Meta.MinTime > timeMs ? (middle + 1, high) : (low, middle);
        }

        return new NewerTables(this, low);
    }

    /// <summary>How many of the user's rows up to the time, from the newest, a read may still need.</summary>
    public int Wanted(EventTypeSchema type, in UserId user)
    {
        int keep = type.KeepLast;
        if (keep == int.MaxValue)
        {
            return keep;
        }

        for (int i = 0; i < _count; i++)
        {
            int most = _most[i];
            if (_tables[i].TryFind(user, out UserRows rows) && Counts(_tables[i], rows))
            {
                most = Math.Max(most, _most[_apart[i]] + rows.Count);
                if (most >= keep)
                {
                    return 0;
                }
            }

            _most[i + 1] = most;
        }

        return keep - _most[_count];
    }

    private static bool Counts(Table table, in UserRows rows) =>
        (table.Meta.Traits & RowTraits.NeverInserted) == 0 || table.IsPlainFor(rows);
}
