using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Wal;

/// <summary>
/// Replays a log and distinguishes a torn tail from corruption. A bad entry is corruption in three cases: an intact entry after
/// it promises that the bad one was synced, the log is sealed, or a later log holds entries. Otherwise nothing from the bad entry
/// on was ever acknowledged as durable. Then the bad entry and everything after it is dropped, intact or not, so that no hole is
/// left. Thread contract: any thread, one at a time per log; stateless. Damage may be found after entries were handed out, so the
/// caller must discard their effect when this throws.
/// </summary>
internal static class LogReader
{
    /// <summary>Hands every payload to <paramref name="onEntry"/> in order.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The log file.</param>
    /// <param name="logNumber">The log that the file must hold.</param>
    /// <param name="expectedFirstSequence">The next sequence at the end of the log before; 0 allows any.</param>
    /// <param name="isLast">
    /// Whether every later log is empty (<see cref="IsEmpty"/>). Only such a log may be unsealed. Repair it with
    /// <see cref="LogRepair.Seal"/>, torn or not, before an entry is written to a later log.
    /// </param>
    /// <param name="onEntry">Receives the payloads.</param>
    /// <exception cref="CorruptionException">Bytes that were promised durable are damaged or missing.</exception>
    public static LogReplay Replay(
        IFileSystem files, string path, ulong logNumber, ulong expectedFirstSequence, bool isLast, LogEntryHandler onEntry)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        LogHeader.Read(file, logNumber);
        using var window = new LogWindow(file);

        var replay = new LogReplay(
            logNumber, LogFormat.HeaderBytes, 0, expectedFirstSequence, StreamPosition.Start, Torn: false, Sealed: false);
        while (!replay.Sealed && TryReadEntry(window, replay.EndOffset, logNumber, out LogEntry entry))
        {
            CheckOrder(path, replay, entry);
            if (entry.PayloadBytes > 0)
            {
                onEntry(window.Slice(replay.EndOffset + LogFormat.EntryBytes, entry.PayloadBytes), entry.Position);
                replay = replay with { Entries = replay.Entries + 1, LastPosition = entry.Position };
            }

            replay = replay with
            {
                EndOffset = replay.EndOffset + LogFormat.EntryLength(entry.PayloadBytes),
                NextSequence = entry.Sequence + 1,
                Sealed = entry.PayloadBytes == 0,
            };
        }

        replay = replay with { Torn = !IsZero(window, replay.EndOffset) };
        CheckTail(path, window, replay, isLast);
        return replay;
    }

    /// <summary>Whether a log was prepared but never written to.</summary>
    public static bool IsEmpty(IFileSystem files, string path, ulong logNumber)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        LogHeader.Read(file, logNumber);
        using var window = new LogWindow(file);
        return IsZero(window, LogFormat.HeaderBytes);
    }

    /// <summary>Whether there are only zeros from an offset to the end.</summary>
    public static bool IsZero(LogWindow window, long offset)
    {
        for (ReadOnlySpan<byte> bytes; !(bytes = window.SliceFrom(offset)).IsEmpty; offset += bytes.Length)
        {
            if (bytes.ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads the entry at an offset. False when there is no intact entry of this log.</summary>
    public static bool TryReadEntry(LogWindow window, long offset, ulong logNumber, out LogEntry entry)
    {
        entry = default;
        long room = window.Length - offset - LogFormat.EntryBytes;
        if (room < 0)
        {
            return false;
        }

        entry = LogEntry.Read(window.Slice(offset, LogFormat.EntryBytes));
        return entry.LogNumber == logNumber
            && (uint)entry.PayloadBytes <= LogFormat.MaxPayloadBytes
            && entry.PayloadBytes <= room
            && LogEntry.IsIntact(window.Slice(offset, LogFormat.EntryBytes + entry.PayloadBytes));
    }

    /// <summary>
    /// Whether the bytes at the end of a log are torn, and a later entry promises that they were synced. While another process writes the
    /// log, the entry at the end may have been written since it was looked at; then the next look finds it whole.
    /// </summary>
    /// <exception cref="CorruptionException">They are damaged, or were written meanwhile.</exception>
    public static void CheckTornEnd(string path, LogWindow window, in LogReplay replay)
    {
        if (!IsZero(window, replay.EndOffset))
        {
            CheckTail(path, window, replay with { Torn = true }, isLast: true);
        }
    }

    /// <summary>An intact entry was not torn, so a field that does not fit the position of the entry is damage.</summary>
    /// <exception cref="CorruptionException">A field does not fit.</exception>
    public static void CheckOrder(string path, in LogReplay before, in LogEntry entry)
    {
        if (entry.Sequence == 0 || (before.NextSequence != 0 && entry.Sequence != before.NextSequence))
        {
            throw new CorruptionException(
                path, before.EndOffset, $"the entry has sequence {entry.Sequence}, expected {before.NextSequence}.");
        }

        long most = PlantedBugs.Has(PlantedBugs.PromiseInsideAHeader) ? before.EndOffset + LogFormat.EntryBytes : before.EndOffset;
        if (entry.SyncedOffset < LogFormat.HeaderBytes || entry.SyncedOffset > most)
        {
            throw new CorruptionException(
                path, before.EndOffset, $"the entry promises {entry.SyncedOffset} synced bytes, which is beyond the entry itself.");
        }
    }

    private static void CheckTail(string path, LogWindow window, in LogReplay replay, bool isLast)
    {
        if (replay.Sealed && replay.Torn)
        {
            throw new CorruptionException(path, replay.EndOffset, "bytes follow the seal of the log.");
        }

        if (!replay.Sealed && !isLast)
        {
            throw new CorruptionException(
                path, replay.EndOffset, "the log ends here without its seal, but a later log holds entries.");
        }

        if (replay.Torn && FindPromise(window, replay) is { } promise)
        {
            throw new CorruptionException(
                path, replay.EndOffset, $"the entry is damaged, but the entry at {promise} promises that it was synced.");
        }
    }

    /// <summary>
    /// The offset of an intact entry after the end that promises more bytes than the end. The search looks for the log's number
    /// at each place where the number of an entry could be, at memory speed. It computes a checksum only where the other fields
    /// make sense.
    /// </summary>
    private static long? FindPromise(LogWindow window, in LogReplay replay)
    {
        ulong number = BitConverter.IsLittleEndian
            ? replay.LogNumber
            : BinaryPrimitives.ReverseEndianness(replay.LogNumber);
        long offset = replay.EndOffset + LogFormat.EntryLogNumberOffset;
        while (true)
        {
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(window.SliceFrom(offset));
            if (words.IsEmpty)
            {
                return null;
            }

            int hit = words.IndexOf(number);
            offset += (hit < 0 ? words.Length : hit) * sizeof(ulong);
            if (hit < 0)
            {
                continue;
            }

            long start = offset - LogFormat.EntryLogNumberOffset;
            if (PromisesMore(window, start, replay))
            {
                return start;
            }

            offset += sizeof(ulong);
        }
    }

    private static bool PromisesMore(LogWindow window, long offset, in LogReplay replay)
    {
        if (window.Length - offset < LogFormat.EntryBytes)
        {
            return false;
        }

        LogEntry entry = LogEntry.Read(window.Slice(offset, LogFormat.EntryBytes));
        // An entry that promises bytes beyond its own offset was moved by a misplaced write. That is damage, too, not a torn tail.
        return entry.Sequence > replay.NextSequence
            && entry.SyncedOffset > replay.EndOffset
            && TryReadEntry(window, offset, replay.LogNumber, out _);
    }
}
