using System.Globalization;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;

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
    private const string LockSuffix = ".lock" + DurableFile.TemporarySuffix;
    private const string PatchesSuffix = ".patches" + DurableFile.TemporarySuffix;

    // Arrays double when they grow, and the old and the new array exist at the same time meanwhile.
    private const int SharePerBatch = 4;

    private readonly IFileSystem _files;
    private readonly EventTypeSchema _type;
    private readonly SegmentOptions _options;
    private readonly string _path;
    private readonly long _budget;
    private readonly bool[] _used;
    private readonly SpillFiles _spills;
    private readonly IFileLock _lock;
    private readonly List<SegmentBatch> _full = [];
    private SegmentBatch? _batch;
    private long _fullBytes;
    private RowMarks _marks;
    private bool _hasCorrections;
    private bool _closed;

    private SegmentWriter(
        IFileSystem files, string path, EventTypeSchema type, SegmentOptions options, long memoryBudgetBytes, IFileLock held)
    {
        _lock = held;
        _budget = memoryBudgetBytes;
        _files = files;
        _path = path;
        _type = type;
        _options = options;
        _used = new bool[type.Columns.Count];
        _batch = new SegmentBatch(type);
        _spills = new SpillFiles(files, type, path, memoryBudgetBytes / 2);
    }

    /// <summary>Bytes of all row buffers now.</summary>
    internal long HeldBytes => (_batch?.HeldBytes ?? 0) + _full.Sum(batch => batch.HeldBytes) + _spills.HeldBytes;

    /// <summary>The most bytes that the row buffers had at a spill or while merging.</summary>
    internal long PeakHeldBytes { get; private set; }

    /// <summary>The largest number of temporary files that were open at once.</summary>
    internal int PeakOpenRuns => _spills.PeakOpen;

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
    /// A window has more than 2^31 - 1 rows of events, or of corrections. Divide them between two segments. Nothing is left behind.
    /// </exception>
    public SegmentInfo Finish()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        try
        {
            return Write(OpenRows());
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
            _batch = null;
            _full.Clear();
            _spills.Dispose();
            Unlock(_files, _path, _lock);
        }
    }

    internal static SegmentWriter Create(
        IFileSystem files, string path, EventTypeSchema type, SegmentOptions options, long? memoryBudgetBytes = null)
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
            return new SegmentWriter(files, path, type, options, memoryBudgetBytes ?? options.MemoryBudgetBytes, held);
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
            return files.Lock(path + LockSuffix);
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
                DeleteIfThere(files, path + LockSuffix);
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
            if (other == name + DurableFile.TemporarySuffix || other == name + PatchesSuffix || SpillFiles.IsSpillOf(name, other))
            {
                OwnContent.TryDelete(files, Path.Combine(directory, other));
            }
        }
    }

    private EventRow Add(UserId user, long timeMs, ulong id, RowMarks marks)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (!EventTimeRange.Widest.Holds(timeMs))
        {
            throw new ArgumentOutOfRangeException(
                nameof(timeMs),
                timeMs,
                $"The time of event {id} of user {user} is {timeMs} ms since the Unix epoch; it must lie from the year 1 to 9999.");
        }

        if (_fullBytes + _batch!.UsedBytes >= _budget / SharePerBatch)
        {
            Spill();
        }
        else if (_batch.IsFull)
        {
            _fullBytes += _batch.UsedBytes;
            _full.Add(_batch);
            _batch = new SegmentBatch(_type);
        }

        _marks |= marks;
        return _batch.Add(user, timeMs, id, marks);
    }

    private void Spill()
    {
        try
        {
            SegmentRows rows = SortMemory();
            UpdatePeak();
            _spills.Spill(rows, UsedColumns());
            UpdatePeak();
        }
        catch
        {
            Dispose();
            throw;
        }

        _full.Clear();
        _fullBytes = 0;
        _batch!.Clear();
    }

    /// <summary>The rows in memory, in order. There must be at least one.</summary>
    private SegmentRows SortMemory()
    {
        List<SegmentRows> sorted = [];
        foreach (SegmentBatch batch in _full.Append(_batch!).Where(batch => batch.Count > 0))
        {
            batch.MarkUsedColumns(_used);
            sorted.Add(batch.Sort());
        }

        return sorted.Count == 1 ? sorted[0] : new MergedSegmentRows(sorted);
    }

    private SegmentRows OpenRows()
    {
        bool holdsRows = _full.Count > 0 || _batch!.Count > 0;
        if (!holdsRows && _spills.Spilled == 0)
        {
            return _options.CorrectedDays is not null
                ? new MergedSegmentRows([])
                : throw new InvalidOperationException("A segment needs at least one row, or CorrectedDays in its options.");
        }

        if (_spills.Spilled == 0)
        {
            return SortMemory();
        }

        if (holdsRows)
        {
            Spill();
        }

        _batch = null;
        return _spills.Open(UsedColumns());
    }

    private SegmentInfo Write(SegmentRows rows)
    {
        int[] columns = [.. UsedColumns().OrderBy(column => _type.Columns[column].Name, StringComparer.Ordinal)];
        byte[] header = DescribeHeader(columns).Encode();
        string temporary = OwnContent.FreeTemporary(_files, _path + DurableFile.TemporarySuffix);
        HashingFile output = new(_files.Open(temporary, FileOpenMode.CreateNew));
        string written = temporary;
        try
        {
            SegmentInfo info;
            using (output)
            {
                output.Append(header);
                info = WriteParts(rows, columns, output, header);
                output.Sync();
            }

            _files.Rename(temporary, _path);
            written = _path;
            _files.SyncDirectory(DurableFile.DirectoryOf(_path));
            return info;
        }
        catch
        {
            DeleteIfThere(_files, written);
            throw;
        }
    }

    private SegmentInfo WriteParts(SegmentRows rows, int[] columns, HashingFile output, byte[] header)
    {
        Stamp stamp = Stamp.Create(_options.Generation, _options.SourceRank);
        bool retracts = _marks.HasFlag(RowMarks.Retract);
        string? waiting = _hasCorrections && _marks != RowMarks.Correct ? OwnContent.FreeTemporary(_files, _path + PatchesSuffix) : null;
        EventTypeSchema narrow = new(
            _type.Name,
            0,
            columns.Select((column, i) => Narrow(_type.Columns[column], i)),
            int.MaxValue,
            null,
            _type.Window,
            isWindowDeclared: true);
        ColumnType[] types = [.. narrow.Columns.Select(column => column.Type)];
        UserRowCollector user = new(columns, types, stamp, retracts);
        StampParts eventStamps = retracts ? StampParts.Existence : StampParts.None;
        using SegmentParts parts = new(_files, output, header, narrow, stamp, eventStamps, waiting);
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
        UpdatePeak();
        long indexAt = output.Length;
        byte[] index = SegmentIndex.Encode(parts.Parts);
        output.Append(index);
        UInt128 contentId = output.Hash;
        output.Append(SegmentIndex.EncodeTail(indexAt, index, contentId));
        return new SegmentInfo
        {
            Path = _path,
            ContentId = contentId.ToString("x32", CultureInfo.InvariantCulture),
            FileBytes = output.Length,
            Events = parts.Events,
            Patches = parts.Patches,
            Windows = parts.Windows,
            SpilledRuns = _spills.Spilled,
        };
    }

    private SegmentHeader DescribeHeader(int[] columns) => new()
    {
        EventType = _type.Name,
        WindowMs = (long)_type.Window.TotalMilliseconds,
        Generation = _options.Generation,
        SourceRank = _options.SourceRank,
        Source = _options.Source,
        CorrectedDays = _options.CorrectedDays,
        Columns = [.. columns.Select(column => new SegmentColumn(_type.Columns[column].Name, _type.Columns[column].Type))],
    };

    private int[] UsedColumns() => [.. Enumerable.Range(0, _used.Length).Where(column => _used[column])];

    private void UpdatePeak() => PeakHeldBytes = Math.Max(PeakHeldBytes, HeldBytes);

    private static void DeleteIfThere(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (FileOperationException)
        {
            // The file is not there or cannot be deleted. The error that led here is the one to report.
        }
    }

    private static ColumnSchema Narrow(ColumnSchema column, int id) => new(column.Name, (ushort)id, column.Type, column.Role);
}
