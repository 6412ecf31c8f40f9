using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Maintenance;

/// <summary>
/// Copies the intact entries of a damaged store's logs, including those behind damage, into logs whose sequence numbers have no
/// gap. Thread contract: one thread.
/// </summary>
internal sealed class SalvagedLogs(
    StoreFolder from, StoreFolder to, StoreSchema schema, StreamPosition flushed, List<SalvageLoss> losses)
{
    private const int EntryStep = LogFormat.Alignment;

    private ulong _sequence = 1;
    private ulong _expected;

    /// <summary>How many entries were copied.</summary>
    public long Entries { get; private set; }

    /// <summary>The first log of the new folder, or 0.</summary>
    public ulong FirstLog { get; private set; }

    /// <summary>The newest log of the new folder, or 0.</summary>
    public ulong LastLog { get; private set; }

    public void Add(ulong firstLive, CancellationToken cancellationToken)
    {
        ulong[] logs = [.. from.Logs().Where(log => log >= firstLive)];
        if (firstLive != 0 && (logs.Length == 0 || logs[0] != firstLive))
        {
            losses.Add(new SalvageLoss(
                from.Log(firstLive), 0, 0, 0,
                "the manifest needs this log, but it is missing."));
        }

        foreach (ulong log in logs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Salvage(log);
        }
    }

    private void Salvage(ulong log)
    {
        string path = from.Log(log);
        LogWriter? copy = null;
        try
        {
            using IFile file = from.Files.Open(path, FileOpenMode.Read);
            using LogWindow window = new(file);
            for (long offset = LogFormat.HeaderBytes;
                (offset = NextEntry(path, window, offset, log, out LogEntry entry)) < window.Length;)
            {
                RequireSequence(path, offset, entry);
                ReadOnlySpan<byte> payload = window.Slice(offset + LogFormat.EntryBytes, entry.PayloadBytes);
                if (entry.PayloadBytes > 0 && entry.Position > flushed && IsValid(path, offset, entry, payload))
                {
                    copy ??= Begin(log);
                    copy.Append(payload, entry.Position);
                    Entries++;
                }

                offset += LogFormat.EntryLength(entry.PayloadBytes);
            }

            if (copy is not null)
            {
                copy.Seal();
                _sequence = copy.NextSequence;
            }
        }
        catch (Exception error) when (copy is null && error is FileOperationException or CorruptionException)
        {
            losses.Add(new SalvageLoss(path, 0, 0, 0, error.Message));
        }
        finally
        {
            copy?.Dispose();
        }
    }

    private LogWriter Begin(ulong log)
    {
        FirstLog = FirstLog == 0 ? log : FirstLog;
        LastLog = log;
        return LogWriter.Create(from.Files, to.Log(log), log, _sequence, fixedSize: 0);
    }

    /// <summary>
    /// The offset of the next intact entry, or the length of the file. Bytes before it that are not zero are reported as lost.
    /// </summary>
    private long NextEntry(string path, LogWindow window, long offset, ulong log, out LogEntry entry)
    {
        long at = offset;
        entry = default;
        while (at + LogFormat.EntryBytes <= window.Length && !LogReader.TryReadEntry(window, at, log, out entry))
        {
            at += EntryStep;
        }

        long found = at + LogFormat.EntryBytes <= window.Length ? at : window.Length;
        if (!IsZero(window, offset, found))
        {
            losses.Add(new SalvageLoss(
                path, offset, found - offset, 0,
                "these bytes are not an intact entry: they are damaged, or a crash cut off their write."));
        }

        return found;
    }

    private static bool IsZero(LogWindow window, long offset, long end)
    {
        for (ReadOnlySpan<byte> bytes; offset < end; offset += bytes.Length)
        {
            bytes = window.SliceFrom(offset);
            bytes = bytes[..(int)Math.Min(bytes.Length, end - offset)];
            if (bytes.ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    private void RequireSequence(string path, long offset, in LogEntry entry)
    {
        if (_expected != 0 && entry.Sequence > _expected)
        {
            losses.Add(new SalvageLoss(path, offset, 0, 0, $"entries {_expected} to {entry.Sequence - 1} are missing before this one."));
        }

        _expected = entry.Sequence + 1;
    }

    private bool IsValid(string path, long offset, in LogEntry entry, ReadOnlySpan<byte> payload)
    {
        try
        {
            RecordCheck.Require(payload, schema);
            return true;
        }
        catch (InvalidDataException error)
        {
            losses.Add(new SalvageLoss(path, offset, LogFormat.EntryLength(entry.PayloadBytes), 0, error.Message));
            return false;
        }
    }
}
