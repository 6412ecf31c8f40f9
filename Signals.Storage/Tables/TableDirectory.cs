using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Users of a table and their rows, in pages: of a large table these are read like blocks and may leave memory like them, of a small one
/// they stay. What always stays is <see cref="DirectoryPages"/>, which takes less than a byte a user.
/// </summary>
/// <remarks>Thread contract: any thread; a look-up in a page that is in memory takes no lock and allocates nothing. The table's file is open meanwhile.</remarks>
internal sealed class TableDirectory
{
    private const int PagesAhead = 64;

    private readonly DirectoryPages _index;
    private readonly DirectoryPage?[] _pages;
    private readonly TableFile? _file;
    private readonly BlockCache? _cache;
    private readonly TableFooter? _footer;
    private readonly UserFilter? _filter;

    /// <summary>A directory whose pages stay in memory.</summary>
    /// <param name="users">Users.</param>
    /// <param name="index">The pages.</param>
    /// <param name="pages">All of them.</param>
    public TableDirectory(int users, DirectoryPages index, DirectoryPage?[] pages)
    {
        Users = users;
        _index = index;
        _pages = pages;
        if (pages[0] is not null)
        {
            _filter = FilterOf(users, pages);
        }
    }

    /// <summary>A directory whose pages are read when they are needed.</summary>
    /// <param name="file">The table.</param>
    /// <param name="footer">Its fixed part.</param>
    /// <param name="index">The pages.</param>
    /// <param name="filter">Its filter, which the cache holds room for until <see cref="LeaveCache"/>; null for none.</param>
    /// <param name="cache">Bounds the pages in memory.</param>
    public TableDirectory(TableFile file, TableFooter footer, DirectoryPages index, UserFilter? filter, BlockCache cache)
        : this(footer.Users, index, new DirectoryPage?[index.Count])
    {
        _file = file;
        _footer = footer;
        _filter = filter;
        _cache = cache;
    }

    /// <summary>Users of the table.</summary>
    public int Users { get; }

    /// <summary>The filter of the users; null for none.</summary>
    public UserFilter? Filter => _filter;

    /// <summary>Pages.</summary>
    public int Pages => _index.Count;

    /// <summary>Memory that is held whatever is read; without a filter that the cache holds room for.</summary>
    public long ResidentBytes => _index.ResidentBytes + ((long)Unsafe.SizeOf<nint>() * _pages.Length)
        + (_cache is null ? _pages.Sum(page => page!.Bytes) + _filter!.Bytes : 0);

    /// <summary>The user at a position in user order.</summary>
    /// <exception cref="CorruptionException">The page that was read for it is damaged.</exception>
    public UserId User(int index) => PageAt(index / DirectoryPageFormat.Users).User(index % DirectoryPageFormat.Users);

    /// <summary>The rows of the user at a position in user order.</summary>
    /// <exception cref="CorruptionException">The page that was read for it is damaged.</exception>
    public UserRows Rows(int index) => PageAt(index / DirectoryPageFormat.Users).Rows(index % DirectoryPageFormat.Users);

    /// <summary>Fetches what <see cref="TryFind"/> looks at first.</summary>
    public void Prefetch(in UserId user)
    {
        _filter?.Prefetch(user.Hash64);
        _index.Prefetch(user);
    }

    /// <summary>Fetches the page that may hold the user, if it is in memory.</summary>
    public void PrefetchEntry(in UserId user)
    {
        int page = MayHold(user.Hash64) ? _index.Find(user) : -1;
        if (page >= 0)
        {
            Volatile.Read(ref _pages[page])?.Prefetch();
        }
    }

    /// <summary>Whether the table may have the user with this hash; false is certain. No I/O.</summary>
    public bool MayHold(ulong hash) => _filter is null || _filter.MayHold(hash);

    /// <summary>The rows of a user, if the table has any. Reads at most one page; of a user whom the filter denies, none.</summary>
    /// <exception cref="CorruptionException">The page that was read for it is damaged.</exception>
    public bool TryFind(in UserId user, out UserRows rows)
    {
        ulong hash = user.Hash64;
        int number = MayHold(hash) ? _index.Find(user) : -1;
        if (number >= 0)
        {
            DirectoryPage page = PageAt(number);
            int index = page.Find(user, hash);
            if (index >= 0)
            {
                rows = page.Rows(index);
                return true;
            }
        }

        rows = default;
        return false;
    }

    /// <summary>The position of the user whose row this is.</summary>
    public int IndexOfRow(long row)
    {
        int page = _index.FindRow(row);
        return (page * DirectoryPageFormat.Users) + PageAt(page).IndexOfRow(row);
    }

    /// <summary>How many users come before this one.</summary>
    public int CountBefore(in UserId user)
    {
        int page = _index.Find(user);
        return page < 0 ? 0 : (page * DirectoryPageFormat.Users) + PageAt(page).CountBefore(user);
    }

    /// <summary>A page for somebody who goes through them all: one that is not in memory does not get there.</summary>
    /// <exception cref="CorruptionException">The page is damaged.</exception>
    public DirectoryPage Look(int page) => Volatile.Read(ref _pages[page]) ?? Load(page);

    /// <summary>Puts pages into free room of the cache, so that the first reads find them there; as many as there is room for.</summary>
    /// <exception cref="CorruptionException">A page is damaged.</exception>
    public void Warm()
    {
        long room = _cache?.FreeBytes ?? 0;
        byte[] bytes = [];
        for (int first = 0; first < _pages.Length && room > 0; first += PagesAhead)
        {
            int end = Math.Min(_pages.Length, first + PagesAhead);
            long offset = _index.Offset(first);
            int length = (int)(_index.Offset(end) - offset);
            bytes = bytes.Length >= length ? bytes : new byte[length];
            _file!.ReadExactly(offset, bytes.AsSpan(0, length));
            for (int page = first; page < end; page++)
            {
                int at = (int)(_index.Offset(page) - offset);
                DirectoryPage loaded = DirectoryPageReader.Open(
                    _file, _footer!, _index, page, bytes.AsSpan(at, (int)(_index.Offset(page + 1) - _index.Offset(page))));
                room -= loaded.Bytes;
                _cache!.AddIfRoom(_pages, page, loaded);
            }
        }
    }

    /// <summary>Takes the pages out of the cache. The table is no longer read.</summary>
    public void LeaveCache()
    {
        _cache?.Forget(_pages);
        if (_filter is not null)
        {
            _cache?.LetGo(_filter.Bytes);
        }
    }

    private static UserFilter FilterOf(int users, DirectoryPage?[] pages)
    {
        ulong[] hashes = new ulong[users];
        for (int user = 0; user < users; user++)
        {
            hashes[user] = pages[user / DirectoryPageFormat.Users]!.User(user % DirectoryPageFormat.Users).Hash64;
        }

        return UserFilter.Of(hashes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DirectoryPage PageAt(int page)
    {
        DirectoryPage? resident = Volatile.Read(ref _pages[page]);
        if (resident is null)
        {
            return Read(page);
        }

        resident.Touch();
        return resident;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private DirectoryPage Read(int page)
    {
        DirectoryPage loaded = Load(page);
        _cache!.CountMiss(new IoCount(1, (int)(_index.Offset(page + 1) - _index.Offset(page))));
        return _cache.Add(_pages, page, loaded);
    }

    private DirectoryPage Load(int page)
    {
        long offset = _index.Offset(page);
        Span<byte> bytes = stackalloc byte[(int)(_index.Offset(page + 1) - offset)];
        _file!.ReadExactly(offset, bytes);
        return DirectoryPageReader.Open(_file, _footer!, _index, page, bytes);
    }
}
