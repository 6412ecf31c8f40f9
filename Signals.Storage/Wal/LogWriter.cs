using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Wal;

/// <summary>
/// Appends entries to one log file. Thread contract: one appender; other threads may use <see cref="Sync"/> and the offsets at the
/// same time. Invariants: entries are contiguous and 8-byte aligned, sequences have no gap, and <see cref="SyncedOffset"/> &lt;=
/// <see cref="WrittenOffset"/>. Fail-stop: after a failed write or sync every later call throws, because it is unknown what the
/// disk then holds. Disposing closes the file without a sync.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int ZeroFillBytes = 1 << 20;

    private static readonly byte[] Zeros = new byte[ZeroFillBytes]; // shared by all logs; never written to

    private readonly IFile _file;
    private readonly ulong _logNumber;
    private readonly long _fixedSize;
    private readonly Lock _syncGate = new();
    private readonly byte[] _header = new byte[LogFormat.EntryBytes];
    private ulong _nextSequence;
    private StreamPosition _position;
    private long _writtenOffset = LogFormat.HeaderBytes;
    private long _syncedOffset = LogFormat.HeaderBytes;
    private bool _sealed;
    private volatile Exception? _failure;

    private LogWriter(IFile file, LogHeader header, ulong firstSequence)
    {
        _file = file;
        _logNumber = header.LogNumber;
        _fixedSize = header.FixedSize;
        _nextSequence = firstSequence;
    }

    /// <summary>The end of the last entry handed to the system.</summary>
    public long WrittenOffset => Volatile.Read(ref _writtenOffset);

    /// <summary>The offset up to which the log survives a power cut.</summary>
    public long SyncedOffset => Volatile.Read(ref _syncedOffset);

    /// <summary>The sequence that the next entry gets.</summary>
    public ulong NextSequence => _nextSequence;

    /// <summary>Prepares a log and opens it.</summary>
    public static LogWriter Create(IFileSystem files, string path, ulong logNumber, ulong firstSequence, long fixedSize)
    {
        Prepare(files, path, logNumber, fixedSize);
        return Open(files, path, logNumber, firstSequence);
    }

    /// <summary>
    /// Makes an empty log durable under its name. It is filled with zeros up to <paramref name="fixedSize"/>, or grows when that
    /// is 0. This is slow, so a background thread does it ahead of time.
    /// </summary>
    public static void Prepare(IFileSystem files, string path, ulong logNumber, long fixedSize)
    {
        ArgumentOutOfRangeException.ThrowIfZero(logNumber);
        ArgumentOutOfRangeException.ThrowIfNegative(fixedSize);
        if (fixedSize != 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(fixedSize, LogFormat.HeaderBytes + (2 * LogFormat.EntryBytes));
        }

        DurableFile.Publish(files, path, file =>
        {
            file.Write(0, new LogHeader(logNumber, fixedSize).ToPage());
            for (long offset = LogFormat.HeaderBytes; offset < fixedSize; offset += Zeros.Length)
            {
                file.Write(offset, Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, fixedSize - offset)));
            }
        });
    }

    /// <summary>Opens a prepared log that holds no entry yet.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The log file.</param>
    /// <param name="logNumber">The number that it was prepared with.</param>
    /// <param name="firstSequence">
    /// The sequence of its first entry, at least 1: the next sequence at the end of the log before.
    /// </param>
    public static LogWriter Open(IFileSystem files, string path, ulong logNumber, ulong firstSequence)
    {
        ArgumentOutOfRangeException.ThrowIfZero(firstSequence);
        IFile file = files.Open(path, FileOpenMode.ReadWrite);
        try
        {
            return new LogWriter(file, LogHeader.Read(file, logNumber), firstSequence);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Continues a growing log that is not sealed, after its last good entry. A torn tail after that entry is cut off.
    /// </summary>
    public static LogWriter Resume(IFileSystem files, string path, in LogReplay replay)
    {
        IFile file = files.Open(path, FileOpenMode.ReadWrite);
        try
        {
            LogHeader header = LogHeader.Read(file, replay.LogNumber);
            if (header.FixedSize != 0 || replay.Sealed)
            {
                throw new InvalidOperationException(
                    $"Log '{path}' is sealed or has a fixed size; only a growing log without a seal can be continued.");
            }

            if (replay.Torn)
            {
                file.SetLength(replay.EndOffset);
                file.Sync();
            }

            return new LogWriter(file, header, Math.Max(1, replay.NextSequence)) { _writtenOffset = replay.EndOffset };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a payload of this length fits and leaves room for the seal. A growing log always has room.</summary>
    public bool HasRoom(int payloadBytes) =>
        _fixedSize == 0 || _writtenOffset + LogFormat.EntryLength(payloadBytes) + LogFormat.EntryBytes <= _fixedSize;

    /// <summary>
    /// Hands one entry to the system in one gather write. Once this has returned, the entry survives a process kill.
    /// </summary>
    /// <param name="payload">From 1 byte to <see cref="LogFormat.MaxPayloadBytes"/>.</param>
    /// <param name="position">The caller's stream position after the payload.</param>
    public void Append(ReadOnlySpan<byte> payload, StreamPosition position)
    {
        ArgumentOutOfRangeException.ThrowIfZero(payload.Length, nameof(payload));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, LogFormat.MaxPayloadBytes, nameof(payload));
        if (_sealed || !HasRoom(payload.Length))
        {
            throw new InvalidOperationException(
                $"Log '{_file.Path}' is {(_sealed ? "sealed" : "full")}: {payload.Length} bytes do not fit at {_writtenOffset}.");
        }

        WriteEntry(payload, position);
    }

    /// <summary>
    /// Makes every entry appended before the call durable. Calls run one at a time, because the system reports a lost page to one
    /// caller only: the others must not ask before they know of the failure.
    /// </summary>
    public void Sync()
    {
        lock (_syncGate)
        {
            ThrowIfFailed();
            long written = WrittenOffset;
            try
            {
                _file.Sync();
            }
            catch (Exception error)
            {
                _failure = error;
                throw;
            }

            Volatile.Write(ref _syncedOffset, PlantedBugs.Has(PlantedBugs.SyncPromisesWhatCameMeanwhile) ? WrittenOffset : written);
        }
    }

    /// <summary>
    /// Ends the log: makes all entries durable, then writes a durable seal that promises them. This must return before an entry is
    /// written to a later log.
    /// </summary>
    public void Seal()
    {
        if (_sealed)
        {
            return;
        }

        Sync();
        WriteEntry(default, _position);
        Sync();
        _sealed = true;
    }

    public void Dispose() => _file.Dispose();

    private void WriteEntry(ReadOnlySpan<byte> payload, StreamPosition position)
    {
        ThrowIfFailed();
        var entry = new LogEntry(payload.Length, _logNumber, _nextSequence, SyncedOffset, position);
        entry.Write(_header, payload);
        try
        {
            _file.Write(_writtenOffset, _header, payload);
        }
        catch (Exception error)
        {
            _failure = error;
            throw;
        }

        _nextSequence++;
        _position = position;
        Volatile.Write(ref _writtenOffset, _writtenOffset + LogFormat.EntryLength(payload.Length));
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new FileOperationException(
                "append", _file.Path, $"the log failed earlier ({failure.Message}) and accepts nothing more; reopen the store", failure);
        }
    }
}
