using Signals.Core.Columns;
using Signals.Storage.Reads;
using Signals.Storage.Tables;

namespace Signals.Storage.Scanning;

/// <summary>
/// One table under a scan: a cursor over its users in order, and its blocks one after the other. A block that reads have in memory is
/// used as it is; any other is loaded into memory of the scan, which the next one takes, so that a scan evicts nothing.
/// </summary>
/// <remarks>Thread contract: one scan. The pinned view keeps the table open.</remarks>
internal sealed class ScanTable
{
    private readonly int[] _columns;
    private readonly ushort[] _loaded;
    private BlockScan? _scan;
    private Block? _block;
    private DirectoryPage? _page;
    private int _pageIndex = -1;
    private int _index; // of the current user in the directory
    private UserId _user;

    /// <param name="table">The table.</param>
    /// <param name="type">The columns to read.</param>
    public ScanTable(Table table, QueryType type)
    {
        Table = table;
        _columns = type.Stored;
        _loaded = [.. type.Stored.Select(column => (ushort)column)];
    }

    public Table Table { get; }

    /// <summary>The current user.</summary>
    public ref readonly UserId User => ref _user;

    /// <summary>The rows of the current user.</summary>
    public UserRows Rows => _page!.Rows(_index % DirectoryPageFormat.Users);

    /// <summary>Goes to the first user that is not before another one. False when there is none.</summary>
    /// <exception cref="CorruptionException">A page of the directory is damaged.</exception>
    public bool Seek(in UserId from)
    {
        _index = Table.Directory.CountBefore(from);
        return Load();
    }

    /// <summary>Goes to the next user. False at the end.</summary>
    /// <exception cref="CorruptionException">A page of the directory is damaged.</exception>
    public bool MoveNext()
    {
        _index++;
        return Load();
    }

    /// <summary>Goes to the next user if it is in the same page of the directory and before another one.</summary>
    public bool TryMoveBefore(in UserId end)
    {
        if (_index >= Table.Directory.Users)
        {
            return false; // the cursor is behind the last user, and the page is still the last one
        }

        int next = (_index % DirectoryPageFormat.Users) + 1;
        if (next >= _page!.Users)
        {
            return false;
        }

        UserId user = _page.User(next);
        if (user >= end)
        {
            return false;
        }

        _index++;
        _user = user;
        return true;
    }

    /// <summary>Whether a row is in the block that was asked for last, so that asking again reads nothing.</summary>
    public bool IsCurrent(long row) => _block is { } current && row >= current.FirstRow && row < current.FirstRow + current.Rows;

    /// <summary>The block that holds a row. It is valid until the next call.</summary>
    /// <exception cref="CorruptionException">A chunk of the block is damaged.</exception>
    public Block BlockOf(long row)
    {
        if (IsCurrent(row))
        {
            return _block!;
        }

        int index = Table.FindBlock(row);
        Block? resident = Table.ResidentBlockAt(index);
        _block = null; // loading takes its memory
        _block = resident is not null && resident.Holds(_columns)
            ? resident
            : (_scan ??= Table.CreateScan()).Load(index, keys: true, _loaded, StampParts.None);
        return _block;
    }

    private bool Load()
    {
        if (_index >= Table.Directory.Users)
        {
            return false;
        }

        int page = _index / DirectoryPageFormat.Users;
        if (page != _pageIndex)
        {
            _page = Table.Directory.GetPage(page);
            _pageIndex = page;
        }

        _user = _page!.User(_index % DirectoryPageFormat.Users);
        return true;
    }
}
