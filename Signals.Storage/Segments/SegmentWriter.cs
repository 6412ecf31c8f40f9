using System.Globalization;
using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Segments;

/// <summary>
/// Makes a segment: an immutable file of events, corrections and enrichments of one event type that a store takes in with
/// <c>ImportAsync</c>. Rows come in any order and as often as they like; equal rows and options give equal bytes.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Memory: see <see cref="SegmentOptions.MemoryBudgetBytes"/>; what is more goes through
/// temporary files beside the segment. Lifetime: <see cref="Finish"/> puts the whole, durable file in place; disposed without it,
/// or after an error, nothing is left behind. A <see cref="FileOperationException"/> names the file and the system's error.
/// </remarks>
public sealed class SegmentWriter : IDisposable
{
    private const string LockSuffix = ".lock" + DurableFile.TemporarySuffix;
    private const string PatchesSuffix = ".patches" + DurableFile.TemporarySuffix;

    // Arrays double, and hold the old rows and the new ones while they grow.
    private const int SharePerBatch = 4;

    private readonly IFileSystem _files;
    private readonly EventTypeSchema _type;
    private readonly SegmentOptions _options;
    private readonly string _path;
    private readonly long _budget;
    private readonly bool[] _used;
    private readonly RunFiles _runs;
    private readonly IFileLock _lock;
    private readonly List<SegmentBatch> _full = [];
    private SegmentBatch? _batch;
    private long _fullBytes;
    private RowMarks _marks;
    private bool _hasCorrections;
    private bool _closed;

    private SegmentWriter(IFileSystem files, string path, EventTypeSchema type, SegmentOptions options, long memoryBudgetBytes, IFileLock held)
    {
        _lock = held;
        _budget = memoryBudgetBytes;
        _files = files;
        _path = path;
        _type = type;
        _options = options;
        _used = new bool[type.Columns.Count];
        _batch = new SegmentBatch(type);
        _runs = new RunFiles(files, type, path, memoryBudgetBytes / 2);
    }

    /// <summary>Bytes of all row buffers now.</summary>
    internal long HeldBytes => (_batch?.HeldBytes ?? 0) + _full.Sum(batch => batch.HeldBytes) + _runs.HeldBytes;

    /// <summary>Most bytes that the row buffers had at a spill or while merging.</summary>
    internal long PeakHeldBytes { get; private set; }

    /// <summary>Most temporary files that were open at once.</summary>
    internal int PeakOpenRuns => _runs.PeakOpen;

    /// <summary>Begins a segment.</summary>
    /// <param name="path">The file to make; there is none of this name yet, and its folder exists.</param>
    /// <param name="type">The event type of all rows: of a store, or of a schema that has the same names, types and window.</param>
    /// <param name="options">Generation and source of the rows, memory.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="FileOperationException">The file exists, the folder does not, or another writer is making the same segment.</exception>
    public static SegmentWriter Create(string path, EventTypeSchema type, SegmentOptions options) =>
        Create(FileSystems.ForThisMachine(), FileSystems.Absolute(path), type, options);

    /// <summary>Adds a whole event: it is there from now on, unless a retraction of the same or a later generation says otherwise.</summary>
    /// <param name="user">Whose event it is.</param>
    /// <param name="timeMs">When it happened, milliseconds since the Unix epoch, UTC; from the year 1 to 9999.</param>
    /// <param name="id">Tells events of the same user, type and time apart.</param>
    /// <returns>The event, to set its columns; those left out stay what other sources say.</returns>
    /// <exception cref="ArgumentException">The user is the default of its type, which is how one that nobody set looks, and the number 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public EventRow Insert(UserId user, long timeMs, ulong id) =>
        !user.IsNobody ? Add(user, timeMs, id, RowMarks.Insert) : throw EventBatch.EventOfNobody(nameof(user));

    /// <inheritdoc cref="Insert(UserId, long, ulong)"/>
    /// <param name="user">Whose event it is.</param>
    /// <param name="time">When it happened; kept to the millisecond.</param>
    /// <param name="id">Tells events of the same user, type and time apart.</param>
    public EventRow Insert(UserId user, DateTimeOffset time, ulong id) => Insert(user, time.ToUnixTimeMilliseconds(), id);

    /// <summary>
    /// Gives cells of an event that exists elsewhere: corrected fields, or enrichment columns, any of them. It makes no event: without
    /// one, the cells wait for it for a while and are then dropped and reported.
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
    /// <param name="user">Whose event it is.</param>
    /// <param name="time">When it happened; kept to the millisecond.</param>
    /// <param name="id">Tells events of the same user, type and time apart.</param>
    public EventRow Correct(UserId user, DateTimeOffset time, ulong id) => Correct(user, time.ToUnixTimeMilliseconds(), id);

    /// <summary>Says that an event never was. A later generation may insert it again; until then nothing of it shows.</summary>
    /// <inheritdoc cref="Insert(UserId, long, ulong)" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public void Retract(UserId user, long timeMs, ulong id) => Add(user, timeMs, id, RowMarks.Retract);

    /// <inheritdoc cref="Retract(UserId, long, ulong)"/>
    /// <param name="user">Whose event it is.</param>
    /// <param name="time">When it happened; kept to the millisecond.</param>
    /// <param name="id">Tells events of the same user, type and time apart.</param>
    public void Retract(UserId user, DateTimeOffset time, ulong id) => Retract(user, time.ToUnixTimeMilliseconds(), id);

    /// <summary>Sorts and writes everything, and puts the durable file in place. Closes the writer, also when it fails.</summary>
    /// <remarks>Without rows it states that its <see cref="SegmentOptions.CorrectedDays"/> needed no correction.</remarks>
    /// <exception cref="InvalidOperationException">No row was added, and no corrected days are stated.</exception>
    /// <exception cref="FileOperationException">The disk refused, or is full; nothing is left behind.</exception>
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

    /// <summary>Gives the segment up unless it is finished.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _batch = null;
            _full.Clear();
            _runs.Dispose();
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
            throw new FileOperationException("create", path, "the file exists already, or its folder does not");
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

    // Two writers of one segment would take each other's temporary files for what a dead one left behind.
    private static IFileLock Lock(IFileSystem files, string path)
    {
        try
        {
            return files.Lock(path + LockSuffix);
        }
        catch (StoreLockedException other)
        {
            throw new FileOperationException("create", path, "another writer is making it", other);
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

    // What a writer of the same segment left behind when its process died.
    private static void DeleteRest(IFileSystem files, string path)
    {
        string directory = DurableFile.DirectoryOf(path);
        string name = Path.GetFileName(path);
        foreach (string other in files.ListFiles(directory))
        {
            // Not more than the names that a writer of this very segment makes: the folder may hold others' at work.
            if (other == name + DurableFile.TemporarySuffix || other == name + PatchesSuffix || RunFiles.IsRunOf(name, other))
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
            throw new ArgumentOutOfRangeException(nameof(timeMs), timeMs, $"The time of event {id} of user {user} is {timeMs} ms since the Unix epoch; it must lie from the year 1 to 9999.");
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
            NoteHeld();
            _runs.Spill(rows, UsedColumns());
            NoteHeld();
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

    /// <summary>The rows in memory, in order; there is at least one.</summary>
    private SegmentRows SortMemory()
    {
        List<SegmentRows> sorted = [];
        foreach (SegmentBatch batch in _full.Append(_batch!).Where(batch => batch.Count > 0))
        {
            batch.NoteColumns(_used);
            sorted.Add(batch.Sort());
        }

        return sorted.Count == 1 ? sorted[0] : new MergedSegmentRows(sorted);
    }

    private SegmentRows OpenRows()
    {
        bool holdsRows = _full.Count > 0 || _batch!.Count > 0;
        if (!holdsRows && _runs.Spilled == 0)
        {
            return _options.CorrectedDays is not null
                ? new MergedSegmentRows([])
                : throw new InvalidOperationException("A segment holds at least one row, or states the days that it corrects.");
        }

        if (_runs.Spilled == 0)
        {
            return SortMemory();
        }

        if (holdsRows)
        {
            Spill();
        }

        _batch = null;
        return _runs.Open(UsedColumns());
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
        Stamp stamp = Stamp.Of(_options.Generation, _options.SourceRank);
        bool retracts = _marks.HasFlag(RowMarks.Retract);
        string? waiting = _hasCorrections && _marks != RowMarks.Correct ? OwnContent.FreeTemporary(_files, _path + PatchesSuffix) : null;
        EventTypeSchema narrow = new(_type.Name, 0, columns.Select((column, i) => Narrow(_type.Columns[column], i)), int.MaxValue, null, _type.Window, isWindowDeclared: true);
        ColumnType[] types = [.. narrow.Columns.Select(column => column.Type)];
        UserRowCollector user = new(columns, types, stamp, retracts);
        using SegmentParts parts = new(_files, output, header, narrow, stamp, retracts ? StampParts.Existence : StampParts.None, waiting);
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
        NoteHeld();
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
            SpilledRuns = _runs.Spilled,
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

    private void NoteHeld() => PeakHeldBytes = Math.Max(PeakHeldBytes, HeldBytes);

    private static void DeleteIfThere(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (FileOperationException)
        {
            // Not there, or beyond reach: the error that led here says more.
        }
    }

    private static ColumnSchema Narrow(ColumnSchema column, int id) => new(column.Name, (ushort)id, column.Type, column.Role);
}
