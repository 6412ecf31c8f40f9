using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.History;

/// <summary>
/// Reads forward through the entries of a store's logs, from a given log on, also while the last one is being written.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: the logs must be pinned; dispose closes the file that is being read.</remarks>
internal sealed class LogCursor(StoreFolder folder, ulong firstLog) : IDisposable
{
    private ulong _log = firstLog;
    private long _offset = LogFormat.HeaderBytes;
    private ulong _sequence;
    private IFile? _file;
    private LogWindow? _window;

    /// <summary>
    /// Passes on the payload of each entry up to a stream position, with the position after it and the number of its log.
    /// </summary>
    /// <param name="position">The position of a commit that was written before the call, or an earlier position.</param>
    /// <param name="last">The position after the last entry that was passed on; the call moves it on.</param>
    /// <param name="onEntry">Receives the entries in order.</param>
    /// <exception cref="CorruptionException">An entry is damaged, or the logs end before the position.</exception>
    public void AdvanceTo(StreamPosition position, ref StreamPosition last, Action<ReadOnlySpan<byte>, StreamPosition, ulong> onEntry)
    {
        bool isFresh = false;
        while (last < position)
        {
            Open();
            if (LogReader.TryReadEntry(_window!, _offset, _log, out LogEntry entry))
            {
                isFresh = false;
                if (entry.PayloadBytes > 0 && entry.Position > position)
                {
                    return;
                }

                Check(entry);
                if (entry.PayloadBytes > 0)
                {
                    onEntry(_window!.Slice(_offset + LogFormat.EntryBytes, entry.PayloadBytes), entry.Position, _log);
                    last = StreamPosition.Max(last, entry.Position);
                }

                Pass(entry);
            }
            else if (isFresh)
            {
                throw new CorruptionException(
                    folder.Log(_log), _offset,
                    $"the log ends here; expected it to reach stream position {position}.");
            }
            else
            {
                // The window in memory may be older than what was written since, so the file is read once more.
                Close();
                isFresh = true;
            }
        }
    }

    public void Dispose() => Close();

    private void Check(in LogEntry entry)
    {
        if (_sequence != 0 && entry.Sequence != _sequence)
        {
            throw new CorruptionException(folder.Log(_log), _offset, $"the entry has sequence {entry.Sequence}, expected {_sequence}.");
        }
    }

    private void Pass(in LogEntry entry)
    {
        _sequence = entry.Sequence + 1;
        _offset += LogFormat.EntryLength(entry.PayloadBytes);
        if (entry.PayloadBytes == 0)
        {
            Close();
            _log = NextLog();
            _offset = LogFormat.HeaderBytes;
        }
    }

    private ulong NextLog()
    {
        ulong next = Array.Find(folder.Logs(), log => log > _log);
        return next != 0
            ? next
            : throw new CorruptionException(folder.Log(_log), _offset, "the log is sealed; expected another log after it.");
    }

    private void Open()
    {
        if (_window is not null)
        {
            return;
        }

        _file = folder.Files.Open(folder.Log(_log), FileOpenMode.Read);
        try
        {
            LogHeader.Read(_file, _log);
            _window = new LogWindow(_file);
        }
        catch
        {
            Close();
            throw;
        }
    }

    private void Close()
    {
        _window?.Dispose();
        _window = null;
        _file?.Dispose();
        _file = null;
    }
}
