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
/// are read first, and the pages then from the last to the first. Events of a user at one and the same time are read together, so they
/// must fit into memory.
/// </remarks>
/// <param name="view">What is scanned.</param>
/// <param name="keys">A query without columns of the same event type.</param>
/// <param name="bounds">Which rows count, but for erasures.</param>
/// <param name="buffer">Receives the rows.</param>
internal sealed class MergedRows(PinnedView view, SequenceQuery keys, TimeBounds bounds, ScanBuffer buffer)
{
    private readonly Stack<Page> _pages = new(); // of the user, for the opposite order; the oldest one on top
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
        Page page = _isTurned ? _pages.Pop() : new Page(_start, most);
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
            // The oldest rows are given; the newer ones before them are a page again.
            _pages.Push(page with { Rows = rows - fit });
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

    /// <summary>Finds the pages up to an event, or all.</summary>
    private void FindPages(PageStart? until, int most)
    {
        _keys ??= new SequenceBuffer(new AgingPool<SequenceBuffer>(0), heads: null);
        _pages.Clear();
        long from = Math.Max(bounds.From, until?.TimeMs ?? long.MinValue);
        bool isLast;
        for (PageStart? start = null; ; start = After(_keys))
        {
            _keys.Begin(keys, isLate: false);
            int rows = Read(_keys, new Page(start, most), from, out int skip, out isLast);
            if (rows > most)
            {
                rows = most;
                isLast = false;
                _keys.Times.Truncate(skip + rows);
                _keys.Ids.Truncate(skip + rows);
            }

            while (rows > 0 && until is { } end && !Precedes(_keys, skip + rows - 1, end))
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

    // The place behind the last row; its rows of the same time are counted.
    private static PageStart? After(SequenceBuffer rows)
    {
        ReadOnlySpan<long> times = rows.Times.Span;
        if (times.IsEmpty)
        {
            return null;
        }

        long last = times[^1];
        return new PageStart(last, rows.Ids[times.Length - 1], times.Length - 1 - times.LastIndexOfAnyExcept(last));
    }

    private static int Sum(int a, int b) => (int)Math.Min(int.MaxValue, (long)a + b);
}
