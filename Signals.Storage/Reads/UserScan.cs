using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// Lists the users that have rows in a view, from data that is in memory anyway: the indexes of memtables and the directories of
/// tables.
/// </summary>
/// <remarks>Thread contract: any thread, inside a read epoch.</remarks>
internal static class UserScan
{
    /// <summary>
    /// Every user with rows of a type in a range of time, in order, each once. Users whose rows are all hidden may be included.
    /// </summary>
    public static UserId[] UsersOf(ReadView view, ushort eventType, long fromMs, long toMs)
    {
        PooledList<UserId> users = new();
        foreach (MemTable table in view.MemTables)
        {
            table.AddUsersTo(users, eventType);
        }

        foreach (Table table in view.Tables.TablesOf(eventType))
        {
            if (table.Meta.MaxTime >= fromMs && table.Meta.MinTime < toMs)
            {
                for (int i = 0; i < table.Meta.Users; i++)
                {
                    users.Add(table.UserAt(i, out _));
                }
            }
        }

        Span<UserId> all = users.Span;
        all.Sort();
        int count = 0;
        for (int i = 0; i < all.Length; i++)
        {
            if (i == 0 || all[i] != all[i - 1])
            {
                all[count++] = all[i];
            }
        }

        return all[..count].ToArray();
    }
}
