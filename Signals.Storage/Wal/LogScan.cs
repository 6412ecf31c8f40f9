using Signals.Storage.FileSystem;

namespace Signals.Storage.Wal;

/// <summary>
/// Reads the entries of a log up to an offset that its writer has reached, while the writer goes on appending after that offset.
/// Thread contract: any thread; stateless.
/// </summary>
internal static class LogScan
{
    private const int RoomShare = 8;
    private const int RoomBytes = 4096;

    /// <summary>Hands over each entry with its offset and payload. A seal has an empty payload.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The log file.</param>
    /// <param name="logNumber">The log that the file must hold.</param>
    /// <param name="end">Where to stop: the end of an entry, or of the header.</param>
    /// <param name="onEntry">Receives the entries in order.</param>
    /// <exception cref="CorruptionException">An entry before the end is damaged, or does not follow the one before it.</exception>
    public static void ReadTo(IFileSystem files, string path, ulong logNumber, long end, LogScanHandler onEntry)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        LogHeader.Read(file, logNumber);
        using LogWindow window = new(file);
        ulong next = 0;
        for (long offset = LogFormat.HeaderBytes; offset < end;)
        {
            if (!LogReader.TryReadEntry(window, offset, logNumber, out LogEntry entry)
                || offset + LogFormat.EntryLength(entry.PayloadBytes) > end)
            {
                throw new CorruptionException(path, offset, $"the entry is damaged, but the log was written up to {end}.");
            }

            if (entry.Sequence == 0 || (next != 0 && entry.Sequence != next) || entry.SyncedOffset > offset)
            {
                throw new CorruptionException(
                    path,
                    offset,
                    $"the entry has sequence {entry.Sequence} and promises {entry.SyncedOffset} synced bytes; "
                    + $"expected sequence {next} and a promise of at most {offset} bytes.");
            }

            onEntry(offset, entry, window.Slice(offset + LogFormat.EntryBytes, entry.PayloadBytes));
            next = entry.Sequence + 1;
            offset += LogFormat.EntryLength(entry.PayloadBytes);
        }
    }

    /// <summary>
    /// Whether so much at the end of a log is zeros that a copy is worth more than a second name for the file: an eighth of it, and a page.
    /// </summary>
    public static bool HasMuchRoom(IFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        using LogWindow window = new(file);
        return window.Length > RoomBytes && LogReader.IsZero(window, window.Length - Math.Max(window.Length / RoomShare, RoomBytes));
    }

    /// <summary>
    /// Writes a durable copy of a log that is not written to any more, without the zeros behind its seal. Of an empty log the copy is
    /// empty. The caller syncs the directory.
    /// </summary>
    /// <exception cref="CorruptionException">The log is damaged, or holds entries and no seal.</exception>
    public static void CopySealed(IFileSystem files, string from, ulong logNumber, string to)
    {
        if (LogReader.IsEmpty(files, from, logNumber))
        {
            LogWriter.Prepare(files, to, logNumber, LogFormat.EmptyBytes);
            return;
        }

        LogReplay replay = LogReader.Replay(files, from, logNumber, 0, isLast: false, static (_, _) => { });
        CopySealed(files, from, logNumber, replay.EndOffset, to);
    }

    /// <summary>
    /// Writes a sealed, durable copy of a log with the same number and the entries up to an offset. The caller syncs the
    /// directory.
    /// </summary>
    public static void CopySealed(IFileSystem files, string from, ulong logNumber, long end, string to)
    {
        LogWriter? copy = null;
        try
        {
            ReadTo(files, from, logNumber, end, (long _, in LogEntry entry, ReadOnlySpan<byte> payload) =>
            {
                copy ??= LogWriter.Create(files, to, logNumber, entry.Sequence, fixedSize: 0);
                if (entry.PayloadBytes > 0)
                {
                    copy.Append(payload, entry.Position);
                }
            });
            copy?.Seal();
        }
        finally
        {
            copy?.Dispose();
        }
    }
}
