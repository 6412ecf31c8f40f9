using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Wal;

/// <summary>
/// Reads the frames of a log up to an offset that its writer has reached, while the writer goes on appending after that offset.
/// Thread contract: any thread; stateless.
/// </summary>
internal static class LogScan
{
    /// <summary>Hands over each frame with its offset and payload. A seal has an empty payload.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The log file.</param>
    /// <param name="logNumber">The log that the file must hold.</param>
    /// <param name="end">Where to stop: the end of a frame, or of the header.</param>
    /// <param name="onFrame">Receives the frames in order.</param>
    /// <exception cref="CorruptionException">A frame before the end is damaged, or does not follow the one before it.</exception>
    public static void ReadTo(IFileSystem files, string path, ulong logNumber, long end, LogScanHandler onFrame)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        LogHeader.Read(file, logNumber);
        using LogWindow window = new(file);
        ulong next = 0;
        for (long offset = LogFormat.HeaderBytes; offset < end;)
        {
            if (!LogReader.TryReadFrame(window, offset, logNumber, out LogFrame frame)
                || offset + LogFormat.FrameLength(frame.PayloadBytes) > end)
            {
                throw new CorruptionException(path, offset, $"the frame is damaged, but the log was written up to {end}.");
            }

            if (frame.Sequence == 0 || (next != 0 && frame.Sequence != next) || frame.SyncedOffset > offset)
            {
                throw new CorruptionException(
                    path,
                    offset,
                    $"the frame has sequence {frame.Sequence} and promises {frame.SyncedOffset} synced bytes; "
                    + $"expected sequence {next} and a promise of at most {offset} bytes.");
            }

            onFrame(offset, frame, window.Slice(offset + LogFormat.FrameBytes, frame.PayloadBytes));
            next = frame.Sequence + 1;
            offset += LogFormat.FrameLength(frame.PayloadBytes);
        }
    }

    /// <summary>
    /// Writes a sealed, durable copy of a log with the same number and the frames up to an offset. The caller syncs the
    /// directory.
    /// </summary>
    public static void CopySealed(IFileSystem files, string from, ulong logNumber, long end, string to)
    {
        LogWriter? copy = null;
        try
        {
            ReadTo(files, from, logNumber, end, (long _, in LogFrame frame, ReadOnlySpan<byte> payload) =>
            {
                copy ??= LogWriter.Create(files, to, logNumber, frame.Sequence, fixedSize: 0);
                if (frame.PayloadBytes > 0)
                {
                    copy.Append(payload, frame.Position);
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
