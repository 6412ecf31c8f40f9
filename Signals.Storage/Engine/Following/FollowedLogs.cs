using Signals.Core.Model;
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
    private readonly List<OpenLog> _logs = [];
    private readonly LogPlace _start;
    private readonly StreamPosition _flushed;

    private FollowedLogs(LogPlace start, StreamPosition flushed)
    {
        _start = start;
        _flushed = flushed;
    }

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
            : new LogPlace(state.FirstLiveLog, LogFormat.HeaderBytes, 0, from.Position, IsSealed: false);
        start = start with
        {
            Position = StreamPosition.Max(start.Position, state.FlushedPosition),

            // The sequence may begin anew in a log that had no entry when the writer was opened the last time.
            Sequence = start.Offset == LogFormat.HeaderBytes ? 0 : start.Sequence,
        };
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
    /// <param name="schema">What the records must fit; null to look at the entries alone.</param>
    /// <param name="checksEnd">
    /// Whether a torn end is also compared with the bytes behind it, as when a store is opened. That reads the log to its end.
    /// </param>
    /// <exception cref="CorruptionException">An entry is damaged, or a log ends without its seal and a later one has entries.</exception>
    public void Scan(StoreSchema? schema, bool checksEnd)
    {
        LogPlace place = _start;
        List<ulong> done = [];
        int at = 0;
        for (; at < _logs.Count; at++)
        {
            if (at > 0 || !place.IsSealed)
            {
                long offset = at > 0 || place.Log != _logs[at].Number ? LogFormat.HeaderBytes : place.Offset;
                place = ScanOne(_logs[at], place with { Log = _logs[at].Number, Offset = offset, IsSealed = false }, schema, checksEnd);
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

    private LogPlace ScanOne(OpenLog log, LogPlace place, StoreSchema? schema, bool checksEnd)
    {
        string path = log.File.Path;
        LogHeader header = LogHeader.Read(log.File, log.Number);
        IsPlaceholder = header.FixedSize == LogFormat.EmptyBytes;
        using LogWindow window = new(log.File);
        log.From = place.Offset;
        while (!place.IsSealed && LogReader.TryReadEntry(window, place.Offset, log.Number, out LogEntry entry))
        {
            LogReader.CheckOrder(path, ReplayAt(place), entry);
            if (schema is not null && entry.PayloadBytes > 0 && entry.Position > _flushed)
            {
                RequireRecords(window.Slice(place.Offset + LogFormat.EntryBytes, entry.PayloadBytes), schema, path, place.Offset);
            }

            place = new LogPlace(
                log.Number,
                place.Offset + LogFormat.EntryLength(entry.PayloadBytes),
                entry.Sequence + 1,
                entry.PayloadBytes > 0 ? StreamPosition.Max(place.Position, entry.Position) : place.Position,
                IsSealed: entry.PayloadBytes == 0);
        }

        log.To = place.Offset;
        if (checksEnd && !place.IsSealed)
        {
            LogReader.CheckTornEnd(path, window, ReplayAt(place));
        }

        return place;
    }

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

    private static void RequireRecords(ReadOnlySpan<byte> records, StoreSchema schema, string path, long offset)
    {
        try
        {
            RecordCheck.Require(records, schema);
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
