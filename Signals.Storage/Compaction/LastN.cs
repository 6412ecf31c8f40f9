using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>How much of a window the last N of a user can still reach. Pure; any thread; no I/O.</summary>
internal static class LastN
{
    /// <summary>How many of the user's newest rows of a window a read may want, given the windows that are newer.</summary>
    /// <remarks>
    /// The newer rows are counted from below: rows of one table are unique, those of two may repeat, and those among which
    /// one may never have been inserted count as none. A newer row that an erasure or the max age takes away later takes every older row with it; one
    /// that is retracted keeps its place.
    /// </remarks>
    public static int Wanted(EventTypeSchema type, in UserId user, ReadOnlySpan<TableWindow> newer)
    {
        int wanted = type.KeepLast;
        if (wanted == int.MaxValue)
        {
            return wanted;
        }

        for (int i = 0; i < newer.Length && wanted > 0; i++)
        {
            int most = 0;
            foreach (Table table in newer[i].Tables.Span)
            {
                most = table.TryFind(user, out UserRows rows) && Counts(table, rows) ? Math.Max(most, rows.Count) : most;
            }

            wanted = Math.Max(0, wanted - most);
        }

        return wanted;
    }

    private static bool Counts(Table table, in UserRows rows) =>
        (table.Meta.Traits & RowTraits.NeverInserted) == 0 || table.IsPlainFor(rows);
}
