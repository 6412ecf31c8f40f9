using Signals.Storage.FileSystem;

namespace Signals.Storage.Wal;

/// <summary>
/// Ends a log that a crash left open. This is needed even when nothing is torn: the entries that a replay saw may be in the page
/// cache only, and after a failed sync the system believes that these pages are clean, so a plain sync would not write them.
/// Thread contract: any thread, one at a time per log; stateless.
/// </summary>
internal static class LogRepair
{
    private const int CopyBytes = 1 << 20;

    /// <summary>
    /// Makes the replayed entries durable, drops the bytes that follow them and seals the log. An unsealed log is copied and
    /// replaced in one step. So a crash leaves either the old or the new log, and no durable byte is ever overwritten.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The log file.</param>
    /// <param name="replay">The result of its replay.</param>
    /// <returns>
    /// The state of the log now. Its <see cref="LogReplay.NextSequence"/> is the first sequence of the next log.
    /// </returns>
    public static LogReplay Seal(IFileSystem files, string path, in LogReplay replay)
    {
        long lengthBeforeSeal = replay.EndOffset - LogFormat.EntryBytes;
        if (replay.Sealed && !IsCopy(files, path, replay))
        {
            RewriteSeal(files, path, lengthBeforeSeal);
            return replay;
        }

        LogReplay old = replay.Sealed
            ? replay with { EndOffset = lengthBeforeSeal, NextSequence = replay.NextSequence - 1 }
            : replay with { NextSequence = Math.Max(1, replay.NextSequence) };
        DurableFile.Publish(files, path, target =>
        {
            using IFile source = files.Open(path, FileOpenMode.Read);
            CopySealed(source, target, old);
        });
        return old with
        {
            EndOffset = old.EndOffset + LogFormat.EntryBytes,
            NextSequence = old.NextSequence + 1,
            Torn = false,
            Sealed = true,
        };
    }

    // A copy ends with its seal. Its name may not be durable: the sync of the directory may have failed, and no later sync
    // repeats the rename. So such a log is copied once more.
    private static bool IsCopy(IFileSystem files, string path, in LogReplay replay)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        return file.Length == replay.EndOffset;
    }

    private static void CopySealed(IFile source, IFile target, in LogReplay replay)
    {
        target.Write(0, new LogHeader(replay.LogNumber, replay.EndOffset + LogFormat.EntryBytes).ToPage());
        byte[] buffer = new byte[(int)Math.Min(CopyBytes, replay.EndOffset - LogFormat.HeaderBytes)];
        for (long offset = LogFormat.HeaderBytes; offset < replay.EndOffset; offset += buffer.Length)
        {
            int count = source.Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, replay.EndOffset - offset)));
            target.Write(offset, buffer.AsSpan(0, count));
        }

        Span<byte> seal = stackalloc byte[LogFormat.EntryBytes];
        new LogEntry(0, replay.LogNumber, replay.NextSequence, replay.EndOffset, replay.LastPosition).Write(seal, default);
        target.Write(replay.EndOffset, seal);
    }

    // The entries before the seal were synced before the seal was written. The seal itself may be in the page cache only.
    private static void RewriteSeal(IFileSystem files, string path, long offset)
    {
        using IFile file = files.Open(path, FileOpenMode.ReadWrite);
        Span<byte> seal = stackalloc byte[LogFormat.EntryBytes];
        file.Read(offset, seal);
        file.Write(offset, seal);
        file.Sync();
    }
}
