using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// The users of a table and their rows, in pages. The pages of a large table are read and evicted like blocks; those of a small
/// table stay in memory. <see cref="DirectoryPages"/> always stays in memory and takes less than a byte per user. Where the cache has
/// no bound, all pages are read at once, into the native memory of the table.
/// </summary>
/// <remarks>
/// Thread contract: any thread; a lookup in a page that is in memory takes no lock and allocates nothing. The file of the table
/// must stay open, and so must the memory of the table; <see cref="LeaveCache"/> comes before its end. A lookup after that throws
/// <see cref="ObjectDisposedException"/>, unless all that it needs is in arrays.
/// </remarks>
internal sealed class TableDirectory
{
    private const int PagesAhead = 64;
    private const int PagesPerRoom = 16 * PagesAhead; // at most 5 MiB

    private readonly DirectoryPages _index;
    private readonly DirectoryPage?[] _pages;
    private readonly TableFile? _file;
    private readonly BlockCache? _cache;
    private readonly TableFooter? _footer;
    private readonly UserFilter? _filter;
    private readonly OwnedMemory? _memory;
    private bool _hasLeft;

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
    /// <param name="memory">The memory of the open table; null for arrays.</param>
    public TableDirectory(
        TableFile file, TableFooter footer, DirectoryPages index, UserFilter? filter, BlockCache cache, OwnedMemory? memory)
        : this(footer.Users, index, new DirectoryPage?[index.Count])
    {
        _file = file;
        _footer = footer;
        _filter = filter;
        _cache = cache;
        _memory = memory;
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

    /// <summary>The only page that may hold a user; -1 when the user comes before all users. No I/O.</summary>
    public int PageFor(in UserId user) => _index.Find(user);

    /// <summary>The first user of a page. No I/O.</summary>
    public UserId FirstUserOf(int page) => _index.FirstUser(page);

    /// <summary>How many rows the users of a page have. No I/O.</summary>
    public int RowsOf(int page) => _index.FirstRow(page + 1) - _index.FirstRow(page);

    /// <summary>A page, for callers that go through all pages. A page that is not in memory is read but not cached.</summary>
    /// <exception cref="CorruptionException">The page is damaged.</exception>
    public DirectoryPage GetPage(int page)
    {
        DirectoryPage? resident = Volatile.Read(ref _pages[page]);
        if (resident is not null)
        {
            return resident;
        }

        if (page % PagesAhead == 0)
        {
            BeginRead(page);
        }

        return Load(page);
    }

    /// <summary>Puts as many pages as there is room for into free room of the cache, so that the first reads find them.</summary>
    /// <exception cref="CorruptionException">A page is damaged.</exception>
    public void Warm()
    {
        long room = _cache?.FreeBytes ?? 0;
        using OwnedMemory passing = new();
        NativeBlock bytes = passing.CreateBlock();
        Span<byte> kept = [];
        for (int first = 0; first < _pages.Length && room > 0; first += PagesAhead)
        {
            if (KeepsAll && first % PagesPerRoom == 0)
            {
                kept = TakeRoom(first, Math.Min(_pages.Length, first + PagesPerRoom));
            }

            int end = Math.Min(_pages.Length, first + PagesAhead);
            long offset = _index.Offset(first);
            bytes.Resize<byte>((int)(_index.Offset(end) - offset));
            _file!.ReadExactly(offset, bytes.Span<byte>());
            BeginRead(end);
            for (int page = first; page < end; page++)
            {
                int at = (int)(_index.Offset(page) - offset);
                ReadOnlySpan<byte> stored = bytes.Span<byte>().Slice(at, (int)(_index.Offset(page + 1) - offset) - at);
                FixedMemory<byte>? data = null;
                if (KeepsAll)
                {
                    int length = DirectoryPage.BytesFor(stored.Length - TableFormat.ChecksumLength);
                    data = FixedMemory<byte>.OfNative(kept[..length]);
                    kept = kept[length..];
                }

                DirectoryPage loaded = DirectoryPageReader.Open(_file, _footer!, _index, page, stored, data);
                room -= loaded.Bytes;
                _cache!.AddIfRoom(_pages, page, loaded);
            }
        }
    }

    /// <summary>Removes the pages from the cache. The table is not read any more. A second call does nothing.</summary>
    public void LeaveCache()
    {
        if (_cache is null || Interlocked.Exchange(ref _hasLeft, true))
        {
            return;
        }

        // First the pages: whoever has found one must not read on in memory that is about to go.
        foreach (DirectoryPage? page in _pages)
        {
            page?.Close();
        }

        _cache.Forget(_pages);
        if (_filter is not null)
        {
            _filter.Close();
            _cache.LetGo(_filter.Bytes);
        }
    }

    private bool KeepsAll => _memory is not null && _cache is { TotalBytes: BlockCache.Unbounded };

    // Room for some pages, one after the other. Room for all of them would be taken before the first one is checked, and might be
    // more than a span can have.
    private Span<byte> TakeRoom(int first, int end)
    {
        int bytes = 0;
        for (int page = first; page < end; page++)
        {
            bytes += DirectoryPage.BytesFor((int)(_index.Offset(page + 1) - _index.Offset(page)) - TableFormat.ChecksumLength);
        }

        return _memory!.Take<byte>(bytes);
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

    // The system does not guess that somebody goes through the pages.
    private void BeginRead(int first)
    {
        long offset = _index.Offset(first);
        _file!.BeginRead(offset, _index.Offset(Math.Min(_pages.Length, first + PagesAhead)) - offset);
    }

    // Not after the end: the handle of a segment may still be open for other tables, and a page would stay in the cache for good.
    private DirectoryPage Load(int page)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _hasLeft), this);
        long offset = _index.Offset(page);
        Span<byte> bytes = stackalloc byte[(int)(_index.Offset(page + 1) - offset)];
        _file!.ReadExactly(offset, bytes);
        return DirectoryPageReader.Open(_file, _footer!, _index, page, bytes);
    }
}
