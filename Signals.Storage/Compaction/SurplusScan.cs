using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// Looks in a table for rows that no read can reach, because newer tables hold the user's last N. Thread contract: one thread,
/// that of compaction. It does no I/O, except for tables in which some row was never inserted. It counts exactly the rows that
/// <see cref="MergeJob"/> would leave out of a rewrite, so the rewritten table has none.
/// </summary>
internal sealed class SurplusScan
{
    // Enough users to tell a share of a quarter from a fifth, and cheap compared with a flush.
    private const int SampledUsers = 256;

    private readonly Dictionary<ulong, Answer> _answers = [];
    private readonly Dictionary<ushort, long> _added = [];

    /// <summary>How many tables were sampled so far.</summary>
    public long Samples { get; private set; }

    /// <summary>
    /// Notes rows that were added to a type, in a new table or in one that replaces others. A new row puts at most one older row
    /// of its user out of reach. So a table is sampled again only when so many rows were added that its share may have reached
    /// the limit.
    /// </summary>
    public void CountAdded(ushort eventType, long rows) => _added[eventType] = _added.GetValueOrDefault(eventType) + rows;

    /// <summary>
    /// The share of out-of-reach rows among the rows of a fixed sample of users; never above 0 when the table has none. A
    /// remembered share is returned while the real one cannot have reached <paramref name="least"/>.
    /// </summary>
    public double Estimate(Table table, EventTypeSchema type, NewerTables newer, double least)
    {
        if (type.KeepLast == int.MaxValue)
        {
            return 0;
        }

        long added = _added.GetValueOrDefault(type.Id);
        if (_answers.TryGetValue(table.Meta.Number, out Answer known)
            && (known.Added == added || (known.Share * table.Meta.Rows) + (added - known.Added) < least * table.Meta.Rows))
        {
            return known.Share;
        }

        Samples++;
        double share = Sample(table, type, newer.Than(table.Meta.MaxTime));
        _answers[table.Meta.Number] = new Answer(added, share);
        return share;
    }

    /// <summary>
    /// Whether any row is out of reach. It looks up the users of the table one by one, until it finds such a row.
    /// </summary>
    public static bool Any(Table table, EventTypeSchema type, NewerTables newer)
    {
        if (type.KeepLast == int.MaxValue)
        {
            return false;
        }

        newer = newer.Than(table.Meta.MaxTime);
        for (int i = 0; i < table.Meta.Users; i++)
        {
            if (Surplus(table, i, type, newer, out _) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets a table that left the store.</summary>
    public void Forget(ulong tableNumber) => _answers.Remove(tableNumber);

    /// <summary>Forgets every share, because last-N has changed.</summary>
    public void ForgetAll() => _answers.Clear();

    private static double Sample(Table table, EventTypeSchema type, NewerTables newer)
    {
        long users = table.Meta.Users;
        long sampled = Math.Min(users, SampledUsers);
        long surplus = 0;
        long rows = 0;
        for (long i = 0; i < sampled; i++)
        {
            surplus += Surplus(table, (int)(i * users / sampled), type, newer, out int count);
            rows += count;
        }

        return (double)surplus / Math.Max(1, rows);
    }

    private static int Surplus(Table table, int index, EventTypeSchema type, NewerTables newer, out int count)
    {
        UserId user = table.UserAt(index, out UserRows rows);
        count = rows.Count;
        int wanted = newer.Wanted(type, user);
        bool everyRowCounts = (table.Meta.Traits & RowTraits.NeverInserted) == 0;
        return count - (wanted >= count || everyRowCounts ? Math.Min(count, wanted) : Reach(table, rows, wanted));
    }

    // How many rows, from the newest, contain the given number of inserted ones.
    private static int Reach(Table table, in UserRows rows, int inserted)
    {
        int reach = 0;
        for (; reach < rows.Count && inserted > 0; reach++)
        {
            long row = rows.FirstRow + reach;
            Block block = table.GetBlock(table.FindBlock(row), [], StampParts.Existence);
            inserted -= block.InsertedOf((int)(row - block.FirstRow)) > 0 ? 1 : 0;
        }

        return reach;
    }

    private readonly record struct Answer(long Added, double Share);
}
