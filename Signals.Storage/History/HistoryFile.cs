using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.History;

/// <summary>
/// The list of kept versions as a file: a growing log that begins with one whole version (<c>docs/formats/versions.md</c>). To
/// replace a list, a new file with the next number is completed and synced before the old one is deleted.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. After an error every later call throws. Dispose closes the file without a sync.
/// </remarks>
internal sealed class HistoryFile : IDisposable
{
    private readonly LogWriter _log;

    private HistoryFile(LogWriter log, ulong number)
    {
        _log = log;
        Number = number;
    }

    public ulong Number { get; }

    public long Bytes => _log.WrittenOffset;

    /// <summary>
    /// Reads the newest complete list of a folder; the content is empty when there is none. It changes nothing.
    /// </summary>
    /// <exception cref="CorruptionException">A list is damaged.</exception>
    public static HistoryContent Read(StoreFolder folder)
    {
        ulong[] numbers = NumbersIn(folder);
        HistoryContent[] lists = [.. numbers.Select(number => Read(folder, number))];
        HistoryContent newest =
            Array.Find(lists, list => list.IsPromised)
                ?? Array.Find(lists, list => list.Versions.Count > 0)
                ?? new HistoryContent();
        newest.HighestFile = numbers.FirstOrDefault();
        newest.HighestVersion = lists.Append(newest).Max(list => list.HighestVersion);
        return newest;
    }

    /// <summary>Writes a list with the given content, durably, and deletes the other lists.</summary>
    public static HistoryFile Create(StoreFolder folder, ulong number, HistoryContent content)
    {
        LogWriter log = LogWriter.Create(
            folder.Files, folder.Versions(number),
            number | HistoryFormat.LogNumberFlag, firstSequence: 1, fixedSize: 0);
        try
        {
            RetainedVersion? before = null;
            foreach (RetainedVersion version in content.Versions)
            {
                log.Append(HistoryEntries.Write(version, before, content.CleanEdits), StreamPosition.Start);
                before = version;
            }

            foreach (PastSample sample in content.Samples)
            {
                log.Append(HistoryEntries.Write(sample), StreamPosition.Start);
            }

            // The list and its promise must be durable, and the other lists deleted for good, because the files that those name
            // may be deleted next.
            HistoryFile file = new(log, number);
            file.Sync();
            log.Sync();
            DeleteOthers(folder, number);
            folder.Sync();
            return file;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder holds a list that is proven to be ours.</summary>
    public static bool Exists(StoreFolder folder) =>
        Array.Exists(NumbersIn(folder), number => OwnContent.IsIn(folder.Files, folder.Versions(number)));

    /// <summary>Deletes every list of a folder except one.</summary>
    public static void DeleteOthers(StoreFolder folder, ulong kept)
    {
        foreach (ulong number in NumbersIn(folder).Where(number => number != kept))
        {
            OwnContent.TryDelete(folder.Files, folder.Versions(number));
        }
    }

    /// <summary>Adds a version, durably.</summary>
    public void Append(RetainedVersion version, RetainedVersion before, ulong cleanEdits)
    {
        _log.Append(HistoryEntries.Write(version, before, cleanEdits), StreamPosition.Start);
        Sync();
    }

    /// <summary>Adds a sample. It becomes durable with the next version.</summary>
    public void Append(in PastSample sample) => _log.Append(HistoryEntries.Write(sample), StreamPosition.Start);

    public void Dispose() => _log.Dispose();

    private void Sync()
    {
        _log.Sync();
        _log.Append(HistoryEntries.Promise(), StreamPosition.Start);
    }

    private static HistoryContent Read(StoreFolder folder, ulong number)
    {
        string path = folder.Versions(number);
        HistoryContent content = new();
        long offset = LogFormat.HeaderBytes;
        LogReader.Replay(folder.Files, path, number | HistoryFormat.LogNumberFlag, 1, isLast: true, (payload, _) =>
        {
            try
            {
                HistoryEntries.ReadInto(content, payload);
            }
            catch (InvalidDataException error)
            {
                throw new CorruptionException(
                    path,
                    offset,
                    error.Message + " To give up the versions that it lists, open the store once without keeping versions.",
                    error);
            }

            offset += LogFormat.EntryLength(payload.Length);
        });
        return content;
    }

    /// <summary>The numbers of the lists, the newest first.</summary>
    private static ulong[] NumbersIn(StoreFolder folder)
    {
        ulong[] numbers = folder.NumbersOf(StoreFileKind.Versions);
        Array.Reverse(numbers);
        return numbers;
    }
}
