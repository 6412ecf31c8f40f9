using System.Runtime.CompilerServices;

namespace Signals.Storage.Tables;

/// <summary>
/// The users of a table and their rows, in pages. The pages of a large table are read and evicted like blocks; those of a small
/// table stay in memory. <see cref="DirectoryPages"/> always stays in memory and takes less than a byte per user.
/// </summary>
/// <remarks>
/// Thread contract: any thread; a lookup in a page that is in memory takes no lock and allocates nothing. The file of the table
/// must stay open.
/// </remarks>
internal sealed class TableDirectory
{
    private const int PagesAhead = 64;

    private readonly DirectoryPages _index;
    private readonly DirectoryPage?[] _pages;
    private readonly TableFile? _file;
    private readonly BlockCache? _cache;
    private readonly TableFooter? _footer;
    private readonly UserFilter? _filter;

    /// <summary>Creates a directory whose pages stay in memory.</summary>
    /// <param name="users">The number of users.</param>
    /// <param name="index">The index of the pages.</param>
    /// <param name="pages">All pages.</param>
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

    /// <summary>Creates a directory whose pages are read when they are needed.</summary>
    /// <param name="file">The table file.</param>
    /// <param name="footer">The footer of the table.</param>
    /// <param name="index">The index of the pages.</param>
    /// <param name="filter">
    /// The filter of the users; null for none. The cache holds room for it until <see cref="LeaveCache"/>.
    /// </param>
    /// <param name="cache">Bounds the pages in memory.</param>
    public TableDirectory(TableFile file, TableFooter footer, DirectoryPages index, UserFilter? filter, BlockCache cache)
        : this(footer.Users, index, new DirectoryPage?[index.Count])
    {
        _file = file;
        _footer = footer;
        _filter = filter;
        _cache = cache;
    }

    /// <summary>The number of users of the table.</summary>
    public int Users { get; }

    /// <summary>The filter of the users; null when there is none.</summary>
    public UserFilter? Filter => _filter;

    /// <summary>The number of pages.</summary>
    public int Pages => _index.Count;

    /// <summary>Bytes of memory that stay whatever is read, without a filter that the cache holds room for.</summary>
    public long ResidentBytes => _index.ResidentBytes + ((long)Unsafe.SizeOf<nint>() * _pages.Length)
        + (_cache is null ? _pages.Sum(page => page!.Bytes) + _filter!.Bytes : 0);

    /// <summary>The user at a position in user order.</summary>
    /// <exception cref="CorruptionException">The page that was read for it is damaged.</exception>
    public UserId User(int index) => PageAt(index / DirectoryPageFormat.Users).User(index % DirectoryPageFormat.Users);

    /// <summary>The rows of the user at a position in user order.</summary>
    /// <exception cref="CorruptionException">The page that was read for it is damaged.</exception>
    public UserRows Rows(int index) => PageAt(index / DirectoryPageFormat.Users).Rows(index % DirectoryPageFormat.Users);

    /// <summary>Prefetches what <see cref="TryFind"/> reads first.</summary>
    public void Prefetch(in UserId user)
    {
        _filter?.Prefetch(user.Hash64);
        _index.Prefetch(user);
    }

    /// <summary>Prefetches the page that may hold the user, if it is in memory.</summary>
    public void PrefetchEntry(in UserId user)
    {
        int page = MayHold(user.Hash64) ? _index.Find(user) : -1;
        if (page >= 0)
        {
            Volatile.Read(ref _pages[page])?.Prefetch();
        }
    }

    /// <summary>Whether the table may have a user with this hash. False is certain. No I/O.</summary>
    public bool MayHold(ulong hash) => _filter is null || _filter.MayHold(hash);

    /// <summary>Finds the rows of a user. Reads at most one page, and none when the filter excludes the user.</summary>
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

    /// <summary>The position of the user who has this row.</summary>
    public int IndexOfRow(long row)
    {
        int page = _index.FindRow(row);
        return (page * DirectoryPageFormat.Users) + PageAt(page).IndexOfRow(row);
    }

    /// <summary>How many users come before this user.</summary>
    public int CountBefore(in UserId user)
    {
        int page = _index.Find(user);
        return page < 0 ? 0 : (page * DirectoryPageFormat.Users) + PageAt(page).CountBefore(user);
    }

    /// <summary>A page, for callers that go through all pages. A page that is not in memory is read but not cached.</summary>
    /// <exception cref="CorruptionException">The page is damaged.</exception>
    public DirectoryPage GetPage(int page) => Volatile.Read(ref _pages[page]) ?? Load(page);

    /// <summary>Puts as many pages as there is room for into free room of the cache, so that the first reads find them.</summary>
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

    /// <summary>Removes the pages from the cache. The table is not read any more.</summary>
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

        return UserFilter.Build(hashes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DirectoryPage PageAt(int page)
    {
        DirectoryPage? resident = Volatile.Read(ref _pages[page]);
        if (resident is null)
        {
            return Read(page);
        }

        resident.MarkUsed();
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
