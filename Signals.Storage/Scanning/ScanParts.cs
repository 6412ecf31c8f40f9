using Signals.Storage.Tables;

namespace Signals.Storage.Scanning;

/// <summary>Divides the users of a scan so that parts have about equally many rows, and counts rows.</summary>
/// <remarks>
/// Thread contract: any thread, inside the stay of a pinned view; stateless. It looks at the indexes of directories, which are in memory,
/// and only where there are few pages at these as well.
/// </remarks>
internal static class ScanParts
{
    /// <summary>The most parts that a caller may ask for.</summary>
    public const int MostParts = 4_096;

    private const int PagesPerPart = 16;
    private const int MostPagesRead = 4_096;
    private const int MostItems = 1 << 20;
    private const int MemRows = 4; // of a user in memtables; an estimate

    /// <summary>The plans of the parts, in the order of users.</summary>
    /// <exception cref="CorruptionException">A page of a directory is damaged.</exception>
    public static ScanPlan[] Divide(ScanPlan plan, PinnedView view, int parts)
    {
        UserId[] bounds = plan.Users is { } users ? Cut(users, parts) : Cut(Items(plan, view, parts), parts);
        List<ScanPlan> plans = [];
        UserId from = plan.From;
        foreach (UserId bound in bounds)
        {
            if (bound > from && (plan.End is not { } end || bound < end))
            {
                plans.Add(plan.Part(from, bound));
                from = bound;
            }
        }

        plans.Add(plan.Part(from, plan.End));
        return [.. plans];
    }

    /// <summary>No more rows than this are in the range of users of a plan.</summary>
    /// <exception cref="CorruptionException">A page of a directory is damaged.</exception>
    public static long MostRows(ScanPlan plan, PinnedView view)
    {
        long rows = view.View.MemTables.Sum(table => table.Rows);
        foreach (Table table in view.Tables)
        {
            rows += FirstRow(table, plan.End, table.Meta.Rows) - FirstRow(table, plan.From, table.Meta.Rows);
        }

        return rows;
    }

    private static long FirstRow(Table table, UserId? user, long all)
    {
        int before = user is { } of ? table.Directory.CountBefore(of) : table.Directory.Users;
        return before < table.Directory.Users ? table.Directory.Rows(before).FirstRow : all;
    }

    private static UserId[] Cut(UserId[] users, int parts) =>
        users.Length == 0 ? [] : [.. Enumerable.Range(1, parts - 1).Select(part => users[(long)users.Length * part / parts])];

    private static UserId[] Cut(List<(UserId User, long Rows)> items, int parts)
    {
        items.Sort(static (a, b) => a.User.CompareTo(b.User));
        long all = items.Sum(item => item.Rows);
        UserId[] bounds = new UserId[parts - 1];
        long before = 0;
        int part = 0;
        foreach ((UserId user, long rows) in items)
        {
            while (part < bounds.Length && before >= all / parts * (part + 1))
            {
                bounds[part++] = user;
            }

            before += rows;
        }

        return bounds[..part];
    }

    private static List<(UserId User, long Rows)> Items(ScanPlan plan, PinnedView view, int parts)
    {
        long pages = view.Tables.Sum(table => (long)table.Directory.Pages);
        int step = (int)(1 + (pages / MostItems));
        List<(UserId, long)> items = [.. UserMerge.MemUsers(view, plan.From, plan.End).Select(user => (user, (long)MemRows))];
        foreach (Table table in view.Tables)
        {
            if (pages < Math.Min((long)PagesPerPart * parts, MostPagesRead))
            {
                AddUsers(table, items);
            }
            else
            {
                AddPages(table, step, items);
            }
        }

        items.RemoveAll(item => item.Item1 < plan.From || (plan.End is { } end && item.Item1 >= end));
        return items;
    }

    private static void AddUsers(Table table, List<(UserId, long)> items)
    {
        for (int page = 0; page < table.Directory.Pages; page++)
        {
            DirectoryPage users = table.Directory.GetPage(page);
            for (int i = 0; i < users.Users; i++)
            {
                items.Add((users.User(i), users.Rows(i).Count));
            }
        }
    }

    private static void AddPages(Table table, int step, List<(UserId, long)> items)
    {
        for (int first = 0; first < table.Directory.Pages; first += step)
        {
            long rows = 0;
            for (int page = first; page < Math.Min(first + step, table.Directory.Pages); page++)
            {
                rows += table.Directory.RowsOf(page);
            }

            items.Add((table.Directory.FirstUserOf(first), rows));
        }
    }
}
