using System.Buffers.Binary;
using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine.Following;

/// <summary>
/// The logs that a state of the manifest needs, open, while another process may write the last one and delete the first ones. What was
/// written before they were opened is in them.
/// </summary>
/// <remarks>
/// Thread contract: one thread. Order: <see cref="Open"/> after the manifest was read, then <see cref="Scan"/>, then
/// <see cref="Replay"/> of exactly what the scan found. Lifetime: of one refresh; disposing closes the files.
/// </remarks>
internal sealed class FollowedLogs : IDisposable
{
    /// <summary>So many bytes after the last entry tell whether something is written there.</summary>
    private const int NearBytes = 4096;

    private readonly List<OpenLog> _logs = [];
    private readonly LogPlace _start;
    private readonly StreamPosition _flushed;
    private StreamPosition? _last; // where the last entry that was read ends; null before there is one

    private FollowedLogs(LogPlace start, StreamPosition flushed)
    {
        _start = start;
        _flushed = flushed;
    }

    /// <summary>The log of the first entry that <see cref="Replay"/> may hand over.</summary>
    public ulong FirstLog => _start.Log;

    /// <summary>Where the last whole entry ends, once <see cref="Scan"/> has run.</summary>
    public LogPlace End { get; private set; }

    /// <summary>The logs that end with their seal, once <see cref="Scan"/> has run.</summary>
    public ulong[] Sealed { get; private set; } = [];

    /// <summary>Whether the last log only reserves its number: the writer keeps no log, so its events show once they are flushed.</summary>
    public bool IsPlaceholder { get; private set; }

    /// <summary>Opens the logs from a place on, or from the first live log if that is later.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="state">What the manifest said before.</param>
    /// <param name="from">Where the last refresh ended.</param>
    /// <exception cref="CorruptionException">A log is missing: it is lost, or the manifest has changed since it was read.</exception>
    /// <exception cref="FileOperationException">A log was deleted in this moment, or cannot be opened.</exception>
    public static FollowedLogs Open(StoreFolder folder, ManifestState state, LogPlace from)
    {
        LogPlace start = from.Log != 0 && from.Log >= state.FirstLiveLog
            ? from
            : new LogPlace(state.FirstLiveLog, LogFormat.HeaderBytes, 0, StreamPosition.Start, IsSealed: false);
        start = start with { Position = StreamPosition.Max(start.Position, state.FlushedPosition) };
        FollowedLogs logs = new(start, state.FlushedPosition);
        try
        {
            ulong[] numbers = [.. folder.Logs().Where(log => log >= start.Log)];
            if (start.Log != 0 && (numbers.Length == 0 || numbers[0] != start.Log))
            {
                throw ManifestTail.Missing(folder, state, StoreFiles.Log(start.Log));
            }

            foreach (ulong number in numbers)
            {
                logs._logs.Add(new OpenLog(number, folder.Files.Open(folder.Log(number), FileOpenMode.Read)));
            }

            return logs;
        }
        catch
        {
            logs.Dispose();
            throw;
        }
    }

    /// <summary>Reads and checks every whole entry from the start on, and finds the end.</summary>
    /// <param name="context">The store whose schema and memtables the records must fit; null to look at the entries alone.</param>
    /// <param name="checksEnd">
    /// Whether a torn end is also compared with the bytes behind it, as when a store is opened. That reads the log to its end. Without
    /// it, that is done when the logs seem to end too early.
    /// </param>
    /// <exception cref="CorruptionException">An entry is damaged, or a log ends without its seal and a later one has entries.</exception>
    /// <exception cref="SignalsException">
    /// The entry at which the last refresh ended is not there any more, or a record does not fit a memtable.
    /// </exception>
    public void Scan(StoreContext? context, bool checksEnd)
    {
        LogPlace place = _start;
        List<ulong> done = [];
        int at = 0;
        RequireLastEntry();
        for (; at < _logs.Count; at++)
        {
            if (at > 0 || !place.IsSealed)
            {
                LogPlace begin = at == 0
                    ? place
                    : new LogPlace(_logs[at].Number, LogFormat.HeaderBytes, place.Sequence, place.Position, IsSealed: false);
                LogPlace end = ScanOne(_logs[at], begin, context, checksEnd);
                if (at > 0 && end.LastOffset == 0)
                {
                    // The list of files may have missed a log before this one, so the end stays at the seal until an entry follows it.
                    break;
                }

                place = end;
            }

            if (!place.IsSealed)
            {
                break;
            }

            done.Add(_logs[at].Number);
        }

        RequireEmptyAfter(at, place);
        End = place;
        Sealed = [.. done];
    }

    /// <summary>Hands over every entry that the scan found, and that is after the flushed position.</summary>
    /// <param name="apply">Receives the log, the records, and the position after them.</param>
    public void Replay(Action<ulong, ReadOnlySpan<byte>, StreamPosition> apply)
    {
        foreach (OpenLog log in _logs.TakeWhile(log => log.Number <= End.Log))
        {
            using LogWindow window = new(log.File);
            for (long offset = log.From; offset < log.To;)
            {
                if (!LogReader.TryReadEntry(window, offset, log.Number, out LogEntry entry))
                {
                    throw new CorruptionException(log.File.Path, offset, "the entry was whole a moment ago and is not any more.");
                }

                if (entry.PayloadBytes > 0 && entry.Position > _flushed)
                {
                    apply(log.Number, window.Slice(offset + LogFormat.EntryBytes, entry.PayloadBytes), entry.Position);
                }

                offset += LogFormat.EntryLength(entry.PayloadBytes);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _logs.ForEach(log => log.File.Dispose());

    private LogPlace ScanOne(OpenLog log, LogPlace place, StoreContext? context, bool checksEnd)
    {
        string path = log.File.Path;
        LogHeader header = LogHeader.Read(log.File, log.Number);
        IsPlaceholder = header.FixedSize == LogFormat.EmptyBytes;
        using LogWindow window = new(log.File);
        log.From = place.Offset;
        while (!place.IsSealed && LogReader.TryReadEntry(window, place.Offset, log.Number, out LogEntry entry))
        {
            LogReader.CheckOrder(path, ReplayAt(place), entry);
            if (context is not null && entry.PayloadBytes > 0 && entry.Position > _flushed)
            {
                RequireRecords(window.Slice(place.Offset + LogFormat.EntryBytes, entry.PayloadBytes), context, path, place.Offset);
            }

            place = new LogPlace(
                log.Number,
                place.Offset + LogFormat.EntryLength(entry.PayloadBytes),
                entry.Sequence + 1,
                entry.PayloadBytes > 0 ? StreamPosition.Max(place.Position, entry.Position) : place.Position,
                IsSealed: entry.PayloadBytes == 0,
                LastOffset: place.Offset,
                LastChecksum: ChecksumIn(window.Slice(place.Offset, LogFormat.EntryBytes)));
            _last = entry.Position;
        }

        log.To = place.Offset;
        if (!place.IsSealed && (checksEnd || EndsTooEarly(window, place)))
        {
            LogReader.CheckTornEnd(path, window, ReplayAt(place));
        }

        return place;
    }

    // A write that was under way at the last refresh is done by the next one, unless the writer died; and the tables hold nothing that
    // is not in the logs.
    private bool EndsTooEarly(LogWindow window, LogPlace end)
    {
        bool isWhereItWas = end.LastOffset == 0 || (end.Log == _start.Log && end.Offset == _start.Offset);
        int next = (int)Math.Min(NearBytes, window.Length - end.Offset);
        return (isWhereItWas && next > 0 && window.Slice(end.Offset, next).ContainsAnyExcept((byte)0)) || _last < _flushed;
    }

    // Entries are never changed. A seal is written anew when a store is opened, with the same sequence.
    private void RequireLastEntry()
    {
        if (_start.LastOffset == 0)
        {
            return;
        }

        Span<byte> header = stackalloc byte[LogFormat.EntryBytes];
        bool isThere = _logs[0].File.Read(_start.LastOffset, header) == header.Length;
        LogEntry entry = LogEntry.Read(header);
        isThere &= entry.LogNumber == _start.Log
            && entry.Sequence + 1 == _start.Sequence
            && _start.LastOffset + LogFormat.EntryLength(entry.PayloadBytes) == _start.Offset
            && (entry.PayloadBytes == 0) == _start.IsSealed
            && (_start.IsSealed || ChecksumIn(header) == _start.LastChecksum);
        if (!isThere)
        {
            throw new SignalsException(
                $"'{_logs[0].File.Path}' belongs to another store than the one that was opened, or its history was cut: the entry at "
                + $"offset {_start.LastOffset}, which is shown, is missing, changed or damaged. Open it again.");
        }

        _last = entry.Position;
    }

    private static uint ChecksumIn(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[LogFormat.EntryChecksumOffset..]);

    // A log is sealed before the next one gets an entry.
    private void RequireEmptyAfter(int at, LogPlace place)
    {
        foreach (OpenLog later in _logs.Skip(at + 1))
        {
            LogHeader.Read(later.File, later.Number);
            using LogWindow window = new(later.File);
            if (LogReader.TryReadEntry(window, LogFormat.HeaderBytes, later.Number, out _))
            {
                throw new CorruptionException(
                    _logs[at].File.Path, place.Offset, "the log ends here without its seal, but a later log holds entries.");
            }
        }
    }

    private static LogReplay ReplayAt(LogPlace place) =>
        new(place.Log, place.Offset, 0, place.Sequence, place.Position, Torn: false, Sealed: place.IsSealed);

    private static void RequireRecords(ReadOnlySpan<byte> records, StoreContext context, string path, long offset)
    {
        try
        {
            RecordCheck.Require(records, context.Schema);
            MemTableFit.RequireRecords(records, context.Schema, context.Options);
        }
        catch (InvalidDataException error)
        {
            throw new CorruptionException(path, offset, $"The entry is intact but holds no valid records: {error.Message}", error);
        }
    }

    /// <summary>An open log, and the stretch of it that a scan found.</summary>
    private sealed class OpenLog(ulong number, IFile file)
    {
        public ulong Number { get; } = number;

        public IFile File { get; } = file;

        public long From { get; set; }

        public long To { get; set; }
    }
}
