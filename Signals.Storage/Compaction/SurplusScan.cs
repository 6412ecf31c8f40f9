using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// Looks in a table for rows that no read can reach, because newer tables hold the user's last N. One thread (that of
/// compaction). No I/O but for tables in which some row was never inserted. Counts exactly what <see cref="MergeJob"/> would leave out of a rewrite, so the rewritten table has none.
/// </summary>
internal sealed class SurplusScan
{
    // Enough to tell a quarter of the rows from a fifth, and cheap beside a flush.
    private const int SampledUsers = 256;

    private readonly Dictionary<ulong, Answer> _answers = [];
    private readonly Dictionary<ushort, long> _added = [];

    /// <summary>Tables that were looked into so far.</summary>
    public long Samples { get; private set; }

    /// <summary>
    /// Notes rows that joined a type, in a new table or one that replaces others. A new row puts at most one older row of its user out of
    /// reach, so a table is looked into again only when so many came that the share may have reached what counts.
    /// </summary>
    public void NoteAdded(ushort eventType, long rows) => _added[eventType] = _added.GetValueOrDefault(eventType) + rows;

    /// <summary>
    /// Share of out-of-reach rows among those of a fixed sample of users; never above 0 when the table has none. What is remembered is
    /// given while it cannot have reached <paramref name="least"/>.
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

    /// <summary>Whether any row is out of reach. Looks up every user of the table, up to the first such row.</summary>
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

    // How many rows hold the newest that were inserted.
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
