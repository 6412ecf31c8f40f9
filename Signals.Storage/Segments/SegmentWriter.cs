using System.Globalization;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Segments;
using Signals.Storage.Tables;

namespace Signals.Offline;

/// <summary>
/// Writes a segment: an immutable file of events, corrections and enrichments of one event type. A store imports it with
/// <c>ImportAsync</c>. Add rows in any order, and the same row as often as you like; equal rows and options give equal bytes.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Memory: see <see cref="SegmentOptions.MemoryBudgetBytes"/>; rows that do not fit go
/// through temporary files beside the segment. Lifetime: <see cref="Finish"/> puts the complete, durable file in place. If the
/// writer is disposed without that, or fails, it leaves nothing behind. A <see cref="FileOperationException"/> names the file and
/// the system's error.
/// </remarks>
public sealed class SegmentWriter : IDisposable
{
    private const int FeedShare = 32;

    private readonly IFileSystem _files;
    private readonly EventTypeSchema _type;
    private readonly SegmentOptions _options;
    private readonly string _path;
    private readonly SegmentSorter _sorter;
    private readonly OrderedFeed _feed;
    private readonly IFileLock _lock;
    private RowMarks _marks;
    private bool _hasCorrections;
    private long _peakAtMerge;
    private bool _closed;

    private SegmentWriter(
        IFileSystem files,
        string path,
        EventTypeSchema type,
        SegmentOptions options,
        long memoryBudgetBytes,
        OrderedLimits? orderedLimits,
        IFileLock held)
    {
        _lock = held;
        _files = files;
        _path = path;
        _type = type;
        _options = options;
        _sorter = new SegmentSorter(files, type, path, memoryBudgetBytes);
        _feed = new OrderedFeed(_sorter, orderedLimits, BeginParts, memoryBudgetBytes / FeedShare);
    }

    /// <summary>Bytes of all row buffers now.</summary>
    internal long HeldBytes => _feed.HeldBytes + _sorter.HeldBytes;

    /// <summary>Whether all rows so far were written without sorting them, but for the last ones, which are still in memory.</summary>
    internal bool IsOrdered => _feed.IsOrdered;

    /// <summary>The most bytes that the row buffers had at a spill or while merging.</summary>
    internal long PeakHeldBytes => Math.Max(_sorter.PeakHeldBytes, _peakAtMerge);

    /// <summary>The largest number of temporary files that were open at once.</summary>
    internal int PeakOpenRuns => _sorter.PeakOpenRuns;

    /// <summary>Begins a segment.</summary>
    /// <param name="path">The file to create. It must not exist, and its folder must exist.</param>
    /// <param name="type">
    /// The event type of all rows: from a store, or from a schema that has the same names, types and window.
    /// </param>
    /// <param name="options">The generation and the source of the rows, and the memory budget.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="FileOperationException">
    /// The file exists, the folder does not exist, or another writer is writing the same segment.
    /// </exception>
    public static SegmentWriter Create(string path, EventTypeSchema type, SegmentOptions options) =>
        Create(FileSystems.ForThisMachine(), FileSystems.Absolute(path), type, options);

    /// <summary>
    /// Adds a whole event. The event exists from then on, unless a retraction of the same or a later generation says otherwise.
    /// </summary>
    /// <param name="user">The user of the event.</param>
    /// <param name="timeMs">The time of the event in milliseconds since the Unix epoch (UTC), from the year 1 to 9999.</param>
    /// <param name="id">Distinguishes events of the same user, type and time.</param>
    /// <returns>The event, on which you set its columns. Columns that you leave out keep the values of other sources.</returns>
    /// <exception cref="ArgumentException">
    /// The user is the default value of its type, which is also the number 0. A user that was never set looks like this.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public EventRow Insert(UserId user, long timeMs, ulong id) =>
        !user.IsNobody ? Add(user, timeMs, id, RowMarks.Insert) : throw EventBatch.EventOfNobody(nameof(user));

    /// <inheritdoc cref="Insert(UserId, long, ulong)"/>
    /// <param name="user">The user of the event.</param>
    /// <param name="time">The time of the event, kept to the millisecond.</param>
    /// <param name="id">Distinguishes events of the same user, type and time.</param>
    public EventRow Insert(UserId user, DateTimeOffset time, ulong id) => Insert(user, time.ToUnixTimeMilliseconds(), id);

    /// <summary>
    /// Adds cells of an event that is stored elsewhere: corrected fields, enrichment columns, or both. This creates no event. If
    /// the event does not exist, the cells wait for it for the grace period, and are then dropped and reported.
    /// </summary>
    /// <inheritdoc cref="Insert(UserId, long, ulong)" path="/param"/>
    /// <inheritdoc cref="Insert(UserId, long, ulong)" path="/returns"/>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public EventRow Correct(UserId user, long timeMs, ulong id)
    {
        _hasCorrections = true;
        return Add(user, timeMs, id, RowMarks.Correct);
    }

    /// <inheritdoc cref="Correct(UserId, long, ulong)"/>
    /// <param name="user">The user of the event.</param>
    /// <param name="time">The time of the event, kept to the millisecond.</param>
    /// <param name="id">Distinguishes events of the same user, type and time.</param>
    public EventRow Correct(UserId user, DateTimeOffset time, ulong id) => Correct(user, time.ToUnixTimeMilliseconds(), id);

    /// <summary>
    /// Adds cells of one column for many events that are stored elsewhere: the same as <see cref="Correct(UserId, long, ulong)"/> and
    /// setting the column for each of them, in less time.
    /// </summary>
    /// <param name="users">The user of each event.</param>
    /// <param name="timesMs">The time of each event in milliseconds since the Unix epoch (UTC), from the year 1 to 9999.</param>
    /// <param name="ids">The id of each event.</param>
    /// <param name="column">A column of numbers, booleans or vectors of the event type.</param>
    /// <param name="values">The value of each event. Of a vector column all components of the first event, then those of the next.</param>
    /// <exception cref="ArgumentException">
    /// The event type has no such column, or there is not one time, id and value for each user. Nothing is added.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A time is out of range. Nothing is added.</exception>
    public void Correct<T>(
        ReadOnlySpan<UserId> users, ReadOnlySpan<long> timesMs, ReadOnlySpan<ulong> ids, Column<T> column, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        SegmentCells cells = SegmentCells.Of(_type, column, values);
        cells.RequireOneEach(users, timesMs, ids);
        _hasCorrections = true;
        try
        {
            cells.AddTo(_feed, _sorter, users, timesMs, ids);
        }
        catch
        {
            Dispose(); // some of the rows may be there
            throw;
        }
    }

    /// <summary>
    /// States that an event never happened. A later generation may insert it again; until then nothing of it is visible.
    /// </summary>
    /// <inheritdoc cref="Insert(UserId, long, ulong)" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public void Retract(UserId user, long timeMs, ulong id) => Add(user, timeMs, id, RowMarks.Retract);

    /// <inheritdoc cref="Retract(UserId, long, ulong)"/>
    /// <param name="user">The user of the event.</param>
    /// <param name="time">The time of the event, kept to the millisecond.</param>
    /// <param name="id">Distinguishes events of the same user, type and time.</param>
    public void Retract(UserId user, DateTimeOffset time, ulong id) => Retract(user, time.ToUnixTimeMilliseconds(), id);

    /// <summary>Sorts and writes all rows, and puts the durable file in place. Closes the writer, also when it fails.</summary>
    /// <remarks>A segment without rows states that its <see cref="SegmentOptions.CorrectedDays"/> needed no correction.</remarks>
    /// <exception cref="InvalidOperationException">No row was added and no corrected days were given.</exception>
    /// <exception cref="FileOperationException">The disk reported an error or is full; nothing is left behind.</exception>
    /// <exception cref="SignalsException">
    /// A window has more than 2^31 - 1 rows of events, or of corrections, or more than 858,993,459 users. Divide them between two
    /// segments. Nothing is left behind.
    /// </exception>
    public SegmentInfo Finish()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        try
        {
            return Write();
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Gives up the segment unless it is finished.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            try
            {
                FirstError.DisposeAll(_feed, _sorter);
            }
            finally
            {
                Unlock(_files, _path, _lock);
            }
        }
    }

    internal static SegmentWriter Create(
        IFileSystem files,
        string path,
        EventTypeSchema type,
        SegmentOptions options,
        long? memoryBudgetBytes = null,
        OrderedLimits? orderedLimits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (files.FileExists(path) || !files.DirectoryExists(DurableFile.DirectoryOf(path)))
        {
            throw new FileOperationException(
                "create", path, "the file exists already, or its folder does not exist; choose another path");
        }

        IFileLock held = Lock(files, path);
        try
        {
            DeleteRest(files, path);
            long budget = memoryBudgetBytes ?? options.MemoryBudgetBytes;
            return new SegmentWriter(files, path, type, options, budget, orderedLimits ?? OrderedLimits.For(budget), held);
        }
        catch
        {
            Unlock(files, path, held);
            throw;
        }
    }

    // Without the lock, two writers of one segment would mistake each other's temporary files for leftovers of a dead process.
    private static IFileLock Lock(IFileSystem files, string path)
    {
        try
        {
            return files.Lock(TemporaryFiles.PathOf(path, TemporaryFiles.Lock));
        }
        catch (StoreLockedException other)
        {
            throw new FileOperationException("create", path, "another writer is writing this segment", other);
        }
    }

    private static void Unlock(IFileSystem files, string path, IFileLock held)
    {
        using (held)
        {
            if (held.IsHeld)
            {
                TemporaryFiles.TryDelete(files, TemporaryFiles.PathOf(path, TemporaryFiles.Lock));
            }
        }
    }

    // Deletes the files that a writer of the same segment left behind when its process died.
    private static void DeleteRest(IFileSystem files, string path)
    {
        string directory = DurableFile.DirectoryOf(path);
        string name = Path.GetFileName(path);
        foreach (string other in files.ListFiles(directory))
        {
            // Only names that a writer of this very segment uses: other writers may be at work in the same folder.
            if (TemporaryFiles.IsOf(name, other))
            {
                OwnContent.TryDelete(files, Path.Combine(directory, other));
            }
        }
    }

    [MethodImpl(Compile.InFull)]
    private EventRow Add(UserId user, long timeMs, ulong id, RowMarks marks)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (!EventTimeRange.Widest.Holds(timeMs))
        {
            throw SegmentCells.TimeOutOfRange(user, timeMs, id);
        }

        MakeRoom();
        _marks |= marks;
        return _sorter.Batch.Add(user, timeMs, id, marks);
    }

    [MethodImpl(Compile.InFull)]
    private void MakeRoom()
    {
        try
        {
            _feed.MakeRoom();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private OrderedParts? BeginParts(SegmentBatch first, OrderedLimits limits) =>
        OrderedParts.TryBegin(_files, _path, used => new SegmentShape(_type, _options, used), first, limits);

    private SegmentInfo Write()
    {
        _feed.Finish();
        return IsOrdered ? WriteOrdered(_feed.Parts!) : WriteSorted(_feed.Parts);
    }

    private SegmentInfo WriteOrdered(OrderedParts ordered)
    {
        if (!_sorter.IsEmpty)
        {
            throw new InvalidOperationException("Rows are left in the sorter although all of them came in order.");
        }

        ordered.Close();
        List<SegmentPart> parts = [];
        long rows = ordered.Rows;
        bool areEvents = ordered.RowKind == RunKind.Events;
        using SegmentOutput output = ordered.Assemble(parts);
        return Describe(output, parts, areEvents ? rows : 0, areEvents ? 0 : rows);
    }

    private SegmentInfo WriteSorted(OrderedParts? ordered)
    {
        if (_sorter.IsEmpty && ordered is null && _options.CorrectedDays is null)
        {
            throw new InvalidOperationException("A segment needs at least one row, or CorrectedDays in its options.");
        }

        List<SegmentRows> walks = [];
        if (!_sorter.IsEmpty)
        {
            walks.Add(_sorter.Open());
        }

        if (ordered is not null)
        {
            walks.Add(ordered.Open());
        }

        SegmentShape shape = new(_type, _options, _sorter.UsedColumns().Union(ordered?.UsedColumns ?? []));
        using SegmentOutput output = SegmentOutput.Create(_files, _path, shape.Header);
        string? waiting = _hasCorrections && _marks != RowMarks.Correct
            ? OwnContent.FreeTemporary(_files, TemporaryFiles.PathOf(_path, TemporaryFiles.Patches))
            : null;
        bool retracts = _marks.HasFlag(RowMarks.Retract);
        using SegmentParts parts = new(_files, output.Hashed, shape, retracts, waiting);
        WriteParts(walks.Count == 1 ? walks[0] : new MergedSegmentRows(walks), new UserRowCollector(shape, retracts), parts);
        _peakAtMerge = HeldBytes;
        return Describe(output, parts.Parts, parts.Events, parts.Patches);
    }

    private static void WriteParts(SegmentRows rows, UserRowCollector user, SegmentParts parts)
    {
        for (bool more = rows.MoveNext(); more;)
        {
            (long window, UserId id) = (rows.Window, rows.User);
            user.Clear();
            do
            {
                user.Add(rows);
                more = rows.MoveNext();
            }
            while (more && rows.SameUser(window, id));

            user.Divide(out RowBuffer events, out RowBuffer patches);
            parts.Add(window, id, events, patches);
        }

        parts.FinishWindow();
    }

    private SegmentInfo Describe(SegmentOutput output, IReadOnlyList<SegmentPart> parts, long events, long patches)
    {
        UInt128 contentId = output.Finish(parts);
        return new SegmentInfo
        {
            Path = _path,
            ContentId = contentId.ToString("x32", CultureInfo.InvariantCulture),
            FileBytes = output.Hashed.Length,
            Events = events,
            Patches = patches,
            Windows = parts.Select(part => part.WindowStart).Distinct().Count(),
            SpilledRuns = _sorter.SpilledRuns,
        };
    }
}
