using Signals.Storage.Reads;
using Signals.Storage.Tables;

namespace Signals.Storage.Scanning;

/// <summary>
/// The rows of users that need no merge: they lie in tables alone whose times do not overlap, and nothing corrects or retracts them. Such
/// rows are copied as they lie, many users of one table at once. Limits of time cut through them by a search in the times of a block.
/// </summary>
/// <remarks>
/// Thread contract: one scan, inside the stay of a pinned view. Invariant: the rows that <see cref="Add"/> noted follow each other in one
/// table, and <see cref="Copy"/> copies them before anything else is added to the buffer.
/// </remarks>
/// <param name="view">What is scanned.</param>
/// <param name="type">The columns.</param>
/// <param name="bounds">Which rows count, but for erasures.</param>
/// <param name="buffer">Receives the rows.</param>
internal sealed class PlainRows(PinnedView view, QueryType type, TimeBounds bounds, ScanBuffer buffer)
{
    private ScanTable? _source; // of the rows that are noted
    private long _first;
    private int _noted;
    private long _notedBytes; // counted only where values have any length; all noted rows are then in one block
    private long _erased; // cutoff of the user that was taken last

    /// <summary>How many rows are noted and not copied yet.</summary>
    public int Noted => _noted;

    /// <summary>
    /// How many of a user's next rows lie in one block and have at most so many bytes together; perhaps none. Rows that are noted in
    /// another block are copied first, so that no block is loaded twice.
    /// </summary>
    /// <param name="user">The user, which was taken.</param>
    /// <param name="start">The first row, counted from the newest.</param>
    /// <param name="count">How many rows are left.</param>
    /// <param name="fromEnd">Whether the last of them comes first.</param>
    /// <param name="bytes">How many bytes the buffer may have, with those that are noted.</param>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    public int CountWithin(ScanUser user, int start, int count, bool fromEnd, long bytes)
    {
        int next = fromEnd ? start + count - 1 : start;
        foreach (ref readonly ScanRows part in user.Tables.Span)
        {
            if (next >= part.Rows.Count)
            {
                next -= part.Rows.Count;
                start -= part.Rows.Count;
                continue;
            }

            long row = part.Rows.FirstRow + next;
            if (_noted > 0 && !(part.Source == _source && part.Source.IsCurrent(row)))
            {
                Copy();
            }

            Block block = part.Source.BlockOf(row);
            int at = (int)(row - block.FirstRow);
            int here = fromEnd
                ? Math.Min(count, Math.Min(at, next - Math.Max(0, start)) + 1)
                : Math.Min(count, Math.Min(block.Rows - at, part.Rows.Count - next));
            return CountWithin(block, fromEnd ? at - here + 1 : at, here, fromEnd, bytes - buffer.Rows.UsedBytes - _notedBytes);
        }

        return 0;
    }

    /// <summary>Whether a user's rows can be copied as they lie; then they are in order, the newest first.</summary>
    /// <param name="user">The user.</param>
    /// <param name="count">How many of the rows are given.</param>
    public bool TryTake(ScanUser user, out int count)
    {
        count = 0;
        if (user.IsMerged)
        {
            return false;
        }

        if (user.Tables.Count > 1)
        {
            Order(user.Tables.Span);
        }

        _erased = view.Erasures.CutoffOf(user.User);
        long from = _erased >= bounds.From ? _erased + 1 : bounds.From;
        long newest = long.MaxValue;
        foreach (ref readonly ScanRows part in user.Tables.Span)
        {
            if (part.Rows.NewestTime > newest || !part.Source.Table.IsPlainFor(part.Rows)
                || (part.Rows.NewestTime >= bounds.To && bounds.Keep < int.MaxValue))
            {
                return false;
            }

            newest = part.Rows.OldestTime - 1;
        }

        long all = 0;
        foreach (ref ScanRows part in user.Tables.Span)
        {
            if (part.Rows.NewestTime >= bounds.To || part.Rows.OldestTime < from)
            {
                part = Cut(part, from);
            }

            all += part.Rows.Count;
        }

        count = (int)Math.Min(all, bounds.Keep);
        return true;
    }

    /// <summary>Whether the user that was taken last was erased after that.</summary>
    public bool IsErasedSince(in UserId user) => view.Erasures.CutoffOf(user) != _erased;

    /// <summary>Adds some rows of a user that was taken. They count from the newest.</summary>
    public void Add(ScanUser user, int start, int count)
    {
        foreach (ref readonly ScanRows part in user.Tables.Span)
        {
            int here = Math.Min(part.Rows.Count - start, count);
            if (here > 0)
            {
                Note(part.Source, part.Rows.FirstRow + start, here);
                count -= here;
            }

            start = Math.Max(0, start - part.Rows.Count);
        }
    }

    /// <summary>Copies the rows that are noted.</summary>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    public void Copy()
    {
        SequenceBuffer rows = buffer.Rows;
        ReadOnlySpan<ColumnOutput> columns = rows.Columns;
        long row = _first;
        for (int left = _noted; left > 0;)
        {
            Block block = _source!.BlockOf(row);
            int start = (int)(row - block.FirstRow);
            int count = Math.Min(left, block.Rows - start);
            block.Times.CopyLongs(start, count, rows.Times.Extend(count));
            block.Ids.CopyULongs(start, count, rows.Ids.Extend(count));
            for (int i = 0; i < columns.Length; i++)
            {
                ColumnGatherer.GatherBlock(block, type.Columns[i], start, count, reverse: false, columns[i]);
            }

            row += count;
            left -= count;
        }

        rows.EventTypes.Extend(_noted);
        (_noted, _notedBytes) = (0, 0);
    }

    /// <summary>How many rows of a block have at most so many bytes, from one end.</summary>
    private int CountWithin(Block block, int first, int count, bool fromEnd, long bytes)
    {
        if (BytesOf(block, first, count) <= bytes)
        {
            return count;
        }

        int taken = 0;
        for (; taken < count; taken++)
        {
            bytes -= BytesOf(block, fromEnd ? first + count - 1 - taken : first + taken, 1);
            if (bytes < 0)
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>The bytes that rows of a block take in the buffer.</summary>
    private long BytesOf(Block block, int first, int count)
    {
        ReadOnlySpan<ColumnOutput> columns = buffer.Rows.Columns;
        long bytes = (long)count * buffer.Rows.Query.RowBytes;
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].Type.IsVariable && type.Columns[i] is >= 0 and int column && block.HasColumn(column))
            {
                bytes += block.Column(column).CountBytes(first, count);
            }
        }

        return bytes;
    }

    private void Note(ScanTable source, long first, int count)
    {
        if (_noted > 0 && (source != _source || first != _first + _noted))
        {
            Copy();
        }

        if (_noted == 0)
        {
            _source = source;
            _first = first;
        }

        _noted += count;
        if (buffer.Rows.Query.HasVariable)
        {
            Block block = source.BlockOf(first);
            _notedBytes += BytesOf(block, (int)(first - block.FirstRow), count);
        }
    }

    /// <summary>The rows between the limits of time; perhaps none.</summary>
    private ScanRows Cut(in ScanRows part, long from)
    {
        UserRows rows = part.Rows;
        int skip = rows.NewestTime < bounds.To ? 0 : CountFrom(part, bounds.To);
        int end = rows.OldestTime >= from ? rows.Count : CountFrom(part, from);
        return part with { Rows = rows with { FirstRow = rows.FirstRow + skip, Count = Math.Max(0, end - skip) } };
    }

    // How many rows are at or after a time.
    private static int CountFrom(in ScanRows part, long time)
    {
        int low = 0;
        int high = part.Rows.NewestTime < time ? 0 : part.Rows.Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            long row = part.Rows.FirstRow + middle;
            Block block = part.Source.BlockOf(row);
            bool isFrom = block.Times.GetLong((int)(row - block.FirstRow)) >= time;
            (low, high) = isFrom ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    // Few tables have a user, and they nearly always come in the same order as for the user before.
    private static void Order(Span<ScanRows> parts)
    {
        for (int i = 1; i < parts.Length; i++)
        {
            ScanRows part = parts[i];
            int at = i;
            for (; at > 0 && parts[at - 1].Rows.NewestTime < part.Rows.NewestTime; at--)
            {
                parts[at] = parts[at - 1];
            }

            parts[at] = part;
        }
    }
}
