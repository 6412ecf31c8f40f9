using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// Writes rows straight into the parts of a segment, without sorting all of them, as long as the users of each window come in order.
/// A user's own rows may come in any order: they are sorted when the next user comes. So it takes what one export by user, or one by
/// window and user, gives. All rows are of one kind. When the order breaks, what was written so far can be walked like a sorted run.
/// </summary>
/// <remarks>
/// Thread contract: one thread. A part waits in memory, or in a temporary file where there is not enough memory, until the parts of
/// earlier windows are complete. The earliest window's file becomes the segment. It has a handle, and so has each part that rows may
/// come for; other parts have none. Disposing deletes the files.
/// </remarks>
internal sealed class OrderedParts : IDisposable
{
    private const int LeftShare = 8;
    private const int UserShare = 4;
    private const int BytesPerUser = 40; // of a directory

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly SegmentShape _shape;
    private readonly RowMarks _marks;
    private readonly OrderedLimits _limits;
    private readonly bool[] _used;
    private readonly SortedDictionary<long, OrderedWindow> _windows = [];
    private readonly List<OrderedWindow> _open = [];
    private OrderedWindow? _first;
    private OrderedWindow? _last;
    private long _finishedBytes; // of the parts of finished windows that are in memory
    private long _batches;

    private OrderedParts(IFileSystem files, string path, SegmentShape shape, RowMarks marks, OrderedLimits limits, bool[] used)
    {
        _files = files;
        _path = path;
        _shape = shape;
        _marks = marks;
        _limits = limits;
        _used = used;
    }

    /// <summary>The number of rows that were written; known after <see cref="Close"/>.</summary>
    public long Rows => _windows.Values.Sum(window => window.Table!.Rows);

    /// <summary>What the rows are.</summary>
    public RunKind RowKind => _marks == RowMarks.Insert ? RunKind.Events : RunKind.Patches;

    /// <summary>
    /// Whether the directories of the windows that rows come for in turn take too much memory. That of the largest one is not
    /// counted: every way of writing needs it.
    /// </summary>
    public bool IsFull
    {
        get
        {
            long users = 0;
            long most = 0;
            foreach (OrderedWindow window in _open)
            {
                users += window.OpenUsers;
                most = Math.Max(most, window.OpenUsers);
            }

            return (users - most) * BytesPerUser > _limits.DirectoryBytes;
        }
    }

    /// <summary>Bytes of parts in memory, and of the rows that are not in a part yet.</summary>
    public long HeldBytes => _windows.Values.Sum(window => window.HeldBytes);

    /// <summary>The ids of the columns in which some row is set.</summary>
    public int[] UsedColumns => _shape.Columns;

    private long WaitingBytes => _finishedBytes + _open.Sum(window => window.Part.HeldBytes);

    /// <summary>
    /// Begins with the first rows, if their users come in order and all are of one kind; otherwise returns null. <see cref="Add"/>
    /// then takes them.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The path of the segment.</param>
    /// <param name="shape">Makes the shape of a segment that has the given columns.</param>
    /// <param name="first">The first rows.</param>
    /// <param name="limits">How much may be in memory.</param>
    public static OrderedParts? TryBegin(
        IFileSystem files, string path, Func<IEnumerable<int>, SegmentShape> shape, SegmentBatch first, OrderedLimits limits)
    {
        RowMarks marks = first.Marks[0];
        if (marks == RowMarks.Retract || first.Marks.ContainsAnyExcept(marks) || !IsInOrder(first, limits.OpenWindows))
        {
            return null;
        }

        bool[] used = new bool[first.Rows.Columns.Length];
        first.MarkUsedColumns(used);
        SegmentShape made = shape(Enumerable.Range(0, used.Length).Where(column => used[column]));
        return new OrderedParts(files, path, made, marks, limits, used);
    }

    /// <summary>Takes rows as long as the users of each window come in order.</summary>
    /// <returns>How many rows were taken, from the first. If not all were, the order broke, and nothing more may be added.</returns>
    [MethodImpl(Compile.InFull)]
    public int Add(SegmentBatch batch)
    {
        // With another column the header would be another one, and the checksums of all that is written are bound to it.
        bool[] used = [.. _used];
        batch.MarkUsedColumns(used);
        if (!used.AsSpan().SequenceEqual(_used))
        {
            return 0;
        }

        batch.FillAbsent();
        _batches++;
        int taken = 0;
        while (taken < batch.Count && batch.Marks[taken] == _marks)
        {
            int end = batch.StretchEnd(taken);
            OrderedWindow window = WindowOf(batch.Windows[taken]);
            if (!window.TryAdd(batch, taken, end - taken))
            {
                break;
            }

            window.LastBatch = _batches;
            taken = end;
        }

        StayWithin(_limits.WaitingBytes);
        return taken;
    }

    /// <summary>Finishes all parts, because no more rows come or their order broke.</summary>
    public void Close()
    {
        while (_open.Count > 0)
        {
            Finish(_open[^1]);
            StayWithin(_limits.WaitingBytes);
        }

        _last = null;
    }

    /// <summary>Closes, and leaves memory for sorting the rows that come out of order.</summary>
    public void GiveUp()
    {
        Close();
        StayWithin(_limits.WaitingBytes / LeftShare);
        _first?.Part.Close();
    }

    /// <summary>All rows, in order. They can be walked once, after <see cref="Close"/>; the walk deletes the parts.</summary>
    public SegmentRows Open() => new WaitingRows(_windows.Values, _used.Length);

    /// <summary>Writes the closed parts into a segment.</summary>
    /// <param name="parts">Receives the parts.</param>
    /// <returns>The file, in which only index and tail are missing.</returns>
    public SegmentOutput Assemble(List<SegmentPart> parts)
    {
        OrderedWindow[] windows = [.. _windows.Values];
        SegmentOutput? first = windows[0].Part.TakeFile(_path);
        SegmentOutput output = first ?? SegmentOutput.Create(_files, _path, _shape.Header);
        try
        {
            foreach (OrderedWindow window in windows)
            {
                bool isThere = first is not null && window == windows[0];
                long offset = isThere ? _shape.Header.Length : output.Hashed.Length;
                if (!isThere)
                {
                    window.Part.CopyTo(output.Hashed);
                    window.Part.Dispose();
                }

                parts.Add(new SegmentPart(window.Start, RowKind, window.Table!.FileChecksum, offset, window.Table.FileLength));
            }

            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        OrderedWindow[] windows = [.. _windows.Values];
        _windows.Clear();
        _open.Clear();
        (_first, _last) = (null, null);
        FirstError.DisposeAll(windows);
    }

    private static bool IsInOrder(SegmentBatch batch, int mostWindows)
    {
        Dictionary<long, int> last = [];
        for (int row = 0; row < batch.Count; row++)
        {
            long window = batch.Windows[row];
            if (last.TryGetValue(window, out int before) && batch.UserOf(before) > batch.UserOf(row))
            {
                return false;
            }

            last[window] = row;
        }

        return last.Count <= mostWindows;
    }

    [MethodImpl(Compile.InFull)]
    private OrderedWindow WindowOf(long start)
    {
        if (_last?.Start == start)
        {
            return _last;
        }

        if (!_windows.TryGetValue(start, out OrderedWindow? window))
        {
            FinishUnused();
            WaitingPart part = new(_files, TemporaryFiles.PathOf(_path, TemporaryFiles.Part, _windows.Count + 1), _shape.Header);
            window = new OrderedWindow(_shape, RowKind, start, part, _limits.WaitingBytes / UserShare);
            _windows.Add(start, window);
            _open.Add(window);
            BeFirst(window);
        }

        return _last = window;
    }

    // Rows that come window by window leave their windows behind for good.
    private void FinishUnused()
    {
        if (_open.Count >= _limits.OpenWindows)
        {
            Finish(_open.MinBy(window => window.LastBatch)!);
        }
    }

    private void Finish(OrderedWindow window)
    {
        _open.Remove(window);
        window.Finish();
        _finishedBytes += window.Part.HeldBytes;
        CloseUnused(window);
    }

    private void BeFirst(OrderedWindow window)
    {
        if (_first is null || window.Start < _first.Start)
        {
            OrderedWindow? before = _first;
            _first = window;
            CloseUnused(before);
        }
    }

    // The first part is not closed even when it is finished: a failure to write its file must reach the handle that syncs the segment.
    private void CloseUnused(OrderedWindow? window)
    {
        if (window is { IsOpen: false } && window != _first)
        {
            window.Part.Close();
        }
    }

    private void StayWithin(long waitingBytes)
    {
        if (_first is { } first && first.Part.HeldBytes > _limits.FirstPartBytes)
        {
            MoveToFile(first);
        }

        while (WaitingBytes > waitingBytes)
        {
            MoveToFile(_windows.Values.MaxBy(window => window.Part.HeldBytes)!);
        }

        AssertInvariants();
    }

    private void MoveToFile(OrderedWindow window)
    {
        _finishedBytes -= window.IsOpen ? 0 : window.Part.HeldBytes;
        window.Part.MoveToFile();
        CloseUnused(window);
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_windows.Values.Count(window => window.IsOpen) == _open.Count, "Those windows are open that rows may come for.");
        Debug.Assert(
            _windows.Values.Where(window => !window.IsOpen).Sum(window => window.Part.HeldBytes) == _finishedBytes,
            "The bytes of finished parts in memory are counted.");
        Debug.Assert(_windows.Count == 0 || _first == _windows.Values.First(), "The first window is the earliest.");
    }
}
