using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// The runs of events of a type all of whose rows are newer than a time: how much of what is older the last N of a user can still reach.
/// One thread at a time. No I/O but in tables in which some row was never inserted. The tables stay open while this is used.
/// </summary>
/// <remarks>
/// The newer rows are counted from below. Rows of one table are unique, and so are those of tables that do not meet in time; what two that meet
/// hold may be the same. So the most that tables apart from one another hold is counted: of the newest tables, each either counts with the most of those
/// that lie wholly behind it, or not. Rows among which one may never have been inserted count as none. A newer row that an erasure or
/// the max age takes away later takes every older row with it; one that is retracted keeps its place.
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

    /// <summary>All of some tables, of one type and version, as newer than any time.</summary>
    public static NewerTables Of(ReadOnlySpan<Table> tables)
    {
        Table[] newest = tables.ToArray();
        Array.Sort(newest, static (a, b) => b.Meta.MinTime.CompareTo(a.Meta.MinTime));
        return new NewerTables(newest);
    }

    /// <summary>Those that hold only rows newer than <paramref name="timeMs"/>. It shares memory with this one.</summary>
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

    /// <summary>How many of the user's newest rows up to the time a read may want.</summary>
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
