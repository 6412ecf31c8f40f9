using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Storage.Scanning;

/// <summary>
/// The rows of users whose sources have to be merged, by the code that answers reads. A user with more rows than fit is read in pages:
/// each page is a read of the rows at and before the last time of the page before it.
/// </summary>
/// <remarks>
/// Thread contract: one scan, inside the stay of a pinned view. Rows are added newest first. For the opposite order the keys of all pages
/// are read first, and the pages then from the last to the first. A page whose values turn out to be too large is divided at once into
/// pages that fit, so each row is read twice at most. Events of a user at one and the same time are read together, so they must fit into
/// memory.
/// </remarks>
/// <param name="view">What is scanned.</param>
/// <param name="keys">A query without columns of the same event type.</param>
/// <param name="bounds">Which rows count, but for erasures.</param>
/// <param name="buffer">Receives the rows.</param>
internal sealed class MergedRows(PinnedView view, SequenceQuery keys, TimeBounds bounds, ScanBuffer buffer)
{
    private const int PieceOfPage = 4; // times the rows that are likely to fit: few, and no batch is small for want of rows

    private readonly Stack<Page> _pages = new(); // of the user, for the opposite order; the oldest one on top
    private readonly List<int> _sizes = [];
    private SequenceBuffer? _keys;
    private UserId _user;
    private PageStart? _start;
    private bool _isTurned;

    /// <summary>Whether the current user has rows that no page has given.</summary>
    public bool HasMore { get; private set; }

    /// <summary>No user has more rows than this; the sources count every copy.</summary>
    public int MostRowsOf(ScanUser user)
    {
        long rows = 0;
        foreach (ref readonly ScanRows part in user.Tables.Span)
        {
            rows += part.Rows.Count;
        }

        ulong hash = user.User.Hash64;
        foreach (MemTable table in view.View.MemTables)
        {
            rows += table.TryFind(user.User, hash, view.EventType.Id, out MemRows found) ? found.Count : 0;
        }

        return (int)Math.Min(rows, bounds.Keep);
    }

    /// <summary>Adds all rows of a user. Returns how many.</summary>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    public int AddAll(in UserId user)
    {
        int before = buffer.Rows.Times.Count;
        Read(buffer.Rows, user, bounds.From, start: null, int.MaxValue);
        return buffer.Rows.Times.Count - before;
    }

    /// <summary>Begins to read a user page by page.</summary>
    /// <param name="user">The user.</param>
    /// <param name="after">The event behind which the rows begin, in the order of the scan; null for all rows.</param>
    /// <param name="isTurned">Whether the oldest rows come first.</param>
    /// <param name="most">The most rows of a page.</param>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    public void Begin(in UserId user, PageStart? after, bool isTurned, int most)
    {
        _user = user;
        _isTurned = isTurned;
        _start = isTurned ? null : after;
        HasMore = true;
        if (isTurned)
        {
            FindPages(after, most);
            HasMore = _pages.Count > 0;
        }
    }

    /// <summary>Adds the next page to the empty buffer, and says there how many rows at its front do not belong to it.</summary>
    /// <param name="most">The most rows of a page.</param>
    /// <param name="bytes">The most bytes of its rows, unless it is one row; the others wait for the next page.</param>
    /// <returns>How many rows do.</returns>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    public int AddPage(int most, long bytes)
    {
        Page page = _isTurned ? NextTurned(most) : new Page(_start, most);
        int rows = Read(buffer.Rows, page, bounds.From, out int skip, out bool isLast);
        if (rows > page.Rows)
        {
            rows = page.Rows;
            isLast = false;
            buffer.Truncate(skip + rows);
        }

        buffer.Skip = skip;
        int fit = buffer.CountWithin(skip, rows, _isTurned, bytes);
        if (fit < rows && _isTurned)
        {
            // The oldest rows are given; the newer ones before them are pages again.
            Divide(page.Start, skip, rows - fit, bytes);
            buffer.Skip = skip + rows - fit;
        }
        else if (fit < rows)
        {
            buffer.Truncate(skip + fit);
            isLast = false;
        }

        rows = fit;
        _start = After(buffer.Rows);
        HasMore = _isTurned ? _pages.Count > 0 : !isLast;
        return rows;
    }

    /// <summary>The oldest page. If it was made when rows seemed to be smaller, it is divided before its columns are read.</summary>
    private Page NextTurned(int most)
    {
        Page page = _pages.Pop();
        int piece = (int)Math.Min(int.MaxValue, (long)PieceOfPage * most);
        if (page.IsMeasured || page.Rows <= piece)
        {
            return page;
        }

        SequenceBuffer found = BeginKeys();
        int rows = Math.Min(page.Rows, Read(found, page, bounds.From, out int skip, out _));
        PageStart? start = page.Start;
        for (int first = 0, next; first < rows; first = next)
        {
            next = first + Math.Min(piece, rows - first);
            _pages.Push(new Page(start, next - first));
            start = Behind(found, skip + next - 1);
        }

        return rows > 0 ? _pages.Pop() : page;
    }

    /// <summary>Makes pages of rows that are in the buffer and wait: each as large as fits.</summary>
    private void Divide(PageStart? start, int first, int rows, long bytes)
    {
        _sizes.Clear();
        for (int left = rows; left > 0; left -= _sizes[^1])
        {
            _sizes.Add(buffer.CountWithin(first, left, fromEnd: true, bytes));
        }

        int row = first;
        for (int i = _sizes.Count - 1; i >= 0; i--)
        {
            _pages.Push(new Page(row == first ? start : Behind(buffer.Rows, row - 1), _sizes[i], IsMeasured: true));
            row += _sizes[i];
        }
    }

    private SequenceBuffer BeginKeys()
    {
        _keys ??= new SequenceBuffer(new AgingPool<SequenceBuffer>(0), heads: null);
        _keys.Begin(keys, isLate: false);
        return _keys;
    }

    /// <summary>Finds the pages up to an event, or all.</summary>
    private void FindPages(PageStart? until, int most)
    {
        _pages.Clear();
        long from = Math.Max(bounds.From, until?.TimeMs ?? long.MinValue);
        bool isLast;
        for (PageStart? start = null; ; start = After(_keys!))
        {
            SequenceBuffer found = BeginKeys();
            int rows = Read(found, new Page(start, most), from, out int skip, out isLast);
            if (rows > most)
            {
                rows = most;
                isLast = false;
                found.Times.Truncate(skip + rows);
                found.Ids.Truncate(skip + rows);
            }

            while (rows > 0 && until is { } end && !Precedes(found, skip + rows - 1, end))
            {
                rows--;
                isLast = true;
            }

            if (rows > 0)
            {
                _pages.Push(new Page(start, rows));
            }

            if (isLast)
            {
                return;
            }
        }
    }

    // In the order newest first: the row comes before the event.
    private static bool Precedes(SequenceBuffer rows, int row, in PageStart end) =>
        rows.Times[row] > end.TimeMs || (rows.Times[row] == end.TimeMs && rows.Ids[row] < end.Id);

    /// <summary>Reads a page into an empty buffer.</summary>
    private int Read(SequenceBuffer rows, in Page page, long from, out int skip, out bool isLast)
    {
        for (int asked = Sum(page.Rows, page.Start?.Ties ?? 0); ; asked = Sum(asked, asked))
        {
            Read(rows, _user, from, page.Start, asked);
            int found = rows.Times.Count;
            skip = 0;
            while (skip < found && page.Start is { } start && !start.Precedes(rows.Times[skip], rows.Ids[skip]))
            {
                skip++;
            }

            isLast = found < asked;
            if (isLast || skip < found)
            {
                return found - skip;
            }

            // More rows have the time of the last event than are known.
            rows.Begin(rows.Query, isLate: false);
        }
    }

    private void Read(SequenceBuffer rows, in UserId user, long from, PageStart? start, int most)
    {
        long to = start is { TimeMs: < long.MaxValue } behind ? Math.Min(bounds.To, behind.TimeMs + 1) : bounds.To;
        rows.Assembler.Append(
            view.View, user, view.Erasures.CutoffOf(user), view.NowMs, [new TypeLimits(Math.Min(from, to), to, most)]);
    }

    // The place behind the last row, or behind another one; the rows of the same time before it are counted.
    private static PageStart? After(SequenceBuffer rows) => rows.Times.Count == 0 ? null : Behind(rows, rows.Times.Count - 1);

    private static PageStart Behind(SequenceBuffer rows, int row)
    {
        ReadOnlySpan<long> times = rows.Times.Span[..(row + 1)];
        return new PageStart(times[row], rows.Ids[row], row - times.LastIndexOfAnyExcept(times[row]));
    }

    private static int Sum(int a, int b) => (int)Math.Min(int.MaxValue, (long)a + b);
}
