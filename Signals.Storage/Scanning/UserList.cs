using Signals.Storage.MemTables;
using Signals.Storage.Reads;
using Signals.Storage.Tables;

namespace Signals.Storage.Scanning;

/// <summary>Looks up given users, one after the other, in every source. A filter excludes most tables that lack a user.</summary>
/// <remarks>Thread contract: one scan, inside the stay of a pinned view.</remarks>
internal sealed class UserList : IUserWalk
{
    private readonly PinnedView _view;
    private readonly UserId[] _users;
    private readonly ScanTable[] _tables;
    private int _at;

    /// <param name="view">What is scanned.</param>
    /// <param name="type">The columns to read.</param>
    /// <param name="users">The users, ascending, each once.</param>
    /// <param name="bounds">Runs without a row that counts are left out.</param>
    public UserList(PinnedView view, QueryType type, UserId[] users, TimeBounds bounds)
    {
        _view = view;
        _users = users;
        _tables = [.. view.Tables.Where(table => UserMerge.MayCount(table, bounds)).Select(table => new ScanTable(table, type))];
    }

    public bool TryNext(ScanUser user)
    {
        if (_at == _users.Length)
        {
            return false;
        }

        Find(_users[_at++], user); // one at a time, so that the scan can pause among many that are nowhere
        return true;
    }

    private void Find(in UserId wanted, ScanUser user)
    {
        user.Reset(wanted);
        foreach (ScanTable source in _tables)
        {
            if (source.Table.TryFind(wanted, out UserRows rows))
            {
                user.Tables.Add(new ScanRows(source, rows));
            }
        }

        ulong hash = wanted.Hash64;
        foreach (MemTable table in _view.View.MemTables)
        {
            user.IsMerged |= table.TryFind(wanted, hash, _view.EventType.Id, out _);
        }

        bool isThere = user.IsMerged || user.Tables.Count > 0;
        foreach (Table table in _view.Patches)
        {
            user.IsMerged |= isThere && table.TryFind(wanted, out _);
        }
    }
}
