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
    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's folder.</param>
    /// <param name="highest">The highest number of a list, complete or not; 0 when there is no list.</param>
    /// <exception cref="CorruptionException">A list is damaged.</exception>
    public static HistoryContent Read(IFileSystem files, string directory, out ulong highest)
    {
        ulong[] numbers = NumbersIn(files, directory);
        highest = numbers.Length == 0 ? 0 : numbers[0];
        HistoryContent[] lists = [.. numbers.Select(number => Read(files, directory, number))];
        HistoryContent newest =
            Array.Find(lists, list => list.IsPromised)
                ?? Array.Find(lists, list => list.Versions.Count > 0)
                ?? new HistoryContent();
        newest.HighestVersion = lists.Append(newest).Max(list => list.HighestVersion);
        return newest;
    }

    /// <summary>Writes a list with the given content, durably, and deletes the other lists.</summary>
    public static HistoryFile Create(IFileSystem files, string directory, ulong number, HistoryContent content)
    {
        LogWriter log = LogWriter.Create(
            files, Path.Combine(directory, StoreFiles.Versions(number)),
            number | HistoryFormat.LogNumberFlag, firstSequence: 1, fixedSize: 0);
        try
        {
            RetainedVersion? before = null;
            foreach (RetainedVersion version in content.Versions)
            {
                log.Append(HistoryEntries.Write(version, before, content.CleanEdits), position: 0);
                before = version;
            }

            foreach (PastSample sample in content.Samples)
            {
                log.Append(HistoryEntries.Write(sample), position: 0);
            }

            // The list and its promise must be durable, and the other lists deleted for good, because the files that those name
            // may be deleted next.
            HistoryFile file = new(log, number);
            file.Sync();
            log.Sync();
            DeleteOthers(files, directory, number);
            files.SyncDirectory(directory);
            return file;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder holds a list that is proven to be ours.</summary>
    public static bool Exists(IFileSystem files, string directory) =>
        Array.Exists(NumbersIn(files, directory), number => OwnContent.IsIn(files, Path.Combine(directory, StoreFiles.Versions(number))));

    /// <summary>Deletes every list of a folder except one.</summary>
    public static void DeleteOthers(IFileSystem files, string directory, ulong kept)
    {
        foreach (ulong number in NumbersIn(files, directory).Where(number => number != kept))
        {
            OwnContent.TryDelete(files, Path.Combine(directory, StoreFiles.Versions(number)));
        }
    }

    /// <summary>Adds a version, durably.</summary>
    public void Append(RetainedVersion version, RetainedVersion before, ulong cleanEdits)
    {
        _log.Append(HistoryEntries.Write(version, before, cleanEdits), position: 0);
        Sync();
    }

    /// <summary>Adds a sample. It becomes durable with the next version.</summary>
    public void Append(in PastSample sample) => _log.Append(HistoryEntries.Write(sample), position: 0);

    public void Dispose() => _log.Dispose();

    private void Sync()
    {
        _log.Sync();
        _log.Append(HistoryEntries.Promise(), position: 0);
    }

    private static HistoryContent Read(IFileSystem files, string directory, ulong number)
    {
        string path = Path.Combine(directory, StoreFiles.Versions(number));
        HistoryContent content = new();
        long offset = LogFormat.HeaderBytes;
        LogReader.Replay(files, path, number | HistoryFormat.LogNumberFlag, 1, isLast: true, (payload, _) =>
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

            offset += LogFormat.FrameLength(payload.Length);
        });
        return content;
    }

    private static ulong[] NumbersIn(IFileSystem files, string directory)
    {
        List<ulong> numbers = [];
        foreach (string name in files.ListFiles(directory))
        {
            if (StoreFiles.Classify(name, out ulong number) == StoreFileKind.Versions)
            {
                numbers.Add(number);
            }
        }

        return [.. numbers.OrderDescending()];
    }
}
