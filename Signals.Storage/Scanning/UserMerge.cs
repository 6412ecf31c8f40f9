using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;

namespace Signals.Storage.Scanning;

/// <summary>
/// Merges the directories of all tables, and the users of all memtables, in the order of users. Where one table alone has the next users,
/// the scan may go on in that table by itself.
/// </summary>
/// <remarks>
/// Thread contract: one scan, inside the stay of a pinned view. Memory: a page of the directory for each table, and the ids of the users in
/// memtables. The sources form a binary heap by their current user; the least one is first.
/// </remarks>
internal sealed class UserMerge : IUserWalk
{
    private readonly ScanTable?[] _heap; // null stands for the memtables
    private readonly HashSet<ScanTable> _patches = [];
    private readonly UserId? _end;
    private readonly UserId[] _memUsers;
    private int _memAt;
    private int _count;
    private bool _alone; // the first source was given to the scan, which may have moved it on

    /// <param name="view">What is scanned.</param>
    /// <param name="type">The columns to read.</param>
    /// <param name="from">The first user.</param>
    /// <param name="end">The user after the last one; null for none.</param>
    /// <param name="bounds">Runs without a row that counts are left out.</param>
    public UserMerge(PinnedView view, QueryType type, in UserId from, UserId? end, in TimeBounds bounds)
    {
        _end = end;
        _heap = new ScanTable?[view.Tables.Length + view.Patches.Length + 1];
        _memUsers = MemUsers(view, from, end);
        if (_memUsers.Length > 0)
        {
            Push(null);
        }

        foreach (Table table in view.Tables)
        {
            if (MayCount(table, bounds))
            {
                Start(new ScanTable(table, type), from);
            }
        }

        foreach (Table table in view.Patches)
        {
            if (MayCount(table, bounds))
            {
                ScanTable patches = new(table, type);
                _patches.Add(patches);
                Start(patches, from);
            }
        }
    }

    /// <summary>Whether a run may have rows that are given, or that count towards last-N before those that are.</summary>
    public static bool MayCount(Table table, in TimeBounds bounds) =>
        table.Meta.MaxTime >= bounds.From && (table.Meta.MinTime < bounds.To || bounds.Keep < int.MaxValue);

    /// <summary>The users of a type in the memtables of a view, ascending, each once, in a range.</summary>
    public static UserId[] MemUsers(PinnedView view, UserId from, UserId? end)
    {
        PooledList<UserId> users = new();
        foreach (MemTable table in view.View.MemTables)
        {
            table.AddUsersTo(users, view.EventType.Id);
        }

        users.Span.Sort();
        int count = 0;
        Span<UserId> all = users.Span;
        for (int i = 0; i < all.Length; i++)
        {
            bool isInRange = all[i] >= from && !(end is { } limit && all[i] >= limit);
            if (isInRange && (count == 0 || all[i] != all[count - 1]))
            {
                all[count++] = all[i];
            }
        }

        return all[..count].ToArray();
    }

    public bool TryNext(ScanUser user)
    {
        if (_alone)
        {
            _alone = false;
            Replace();
        }

        if (_count == 0)
        {
            return false;
        }

        UserId next = UserOf(_heap[0]);
        if (_end is { } end && next >= end)
        {
            _count = 0;
            return false;
        }

        user.Reset(next);
        if (_heap[0] is { } table && !_patches.Contains(table) && (_count < 2 || Second() > next))
        {
            user.Tables.Add(new ScanRows(table, table.Rows));
            user.Alone = table;
            user.End = _count < 2 ? _end : Least(Second(), _end);
            _alone = true;
            return true;
        }

        while (_count > 0 && UserOf(_heap[0]) == next)
        {
            Take(user);
            Replace();
        }

        return true;
    }

    private static UserId Least(UserId a, UserId? b) => b is { } other && other < a ? other : a;

    private void Take(ScanUser user)
    {
        if (_heap[0] is { } table && !_patches.Contains(table))
        {
            user.Tables.Add(new ScanRows(table, table.Rows));
        }
        else
        {
            user.IsMerged = true;
        }
    }

    // The least user of all sources but the first.
    private UserId Second()
    {
        UserId left = UserOf(_heap[1]);
        return _count > 2 ? Least(left, UserOf(_heap[2])) : left;
    }

    private UserId UserOf(ScanTable? source) => source is null ? _memUsers[_memAt] : source.User;

    private void Start(ScanTable source, in UserId from)
    {
        if (source.Seek(from))
        {
            Push(source);
        }
    }

    private void Push(ScanTable? source)
    {
        int at = _count++;
        UserId user = UserOf(source);
        while (at > 0 && UserOf(_heap[(at - 1) / 2]) > user)
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = source;
    }

    /// <summary>Moves the first source on and puts it where it belongs.</summary>
    private void Replace()
    {
        ScanTable? source = _heap[0];
        if (!(source is null ? ++_memAt < _memUsers.Length : source.MoveNext()))
        {
            source = _heap[--_count];
            _heap[_count] = null;
        }

        if (_count > 0)
        {
            SiftDown(source);
        }
    }

    private void SiftDown(ScanTable? source)
    {
        UserId user = UserOf(source);
        int at = 0;
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && UserOf(_heap[child + 1]) < UserOf(_heap[child]))
            {
                child++;
            }

            if (UserOf(_heap[child]) >= user)
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = source;
    }
}
