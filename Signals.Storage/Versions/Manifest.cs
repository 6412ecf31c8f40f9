using System.Diagnostics;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Wal;

namespace Signals.Storage.Versions;

/// <summary>
/// The durable list of what a store consists of: a log of <see cref="VersionEdit"/>s that <c>CURRENT</c> points to
/// (<c>docs/formats/manifest.md</c>).
/// One thread at a time. An edit is either wholly in the store or not at all; <see cref="Commit"/> returns only after it is
/// synced. Fail-stop: after an I/O error the disk's content is unknown, so every later commit is refused.
/// Owned by the open store; disposing closes the file and writes nothing.
/// </summary>
internal sealed class Manifest : IDisposable
{
    /// <summary>Bytes of edits beyond the snapshot at which a manifest is rewritten, unless the snapshot is larger still.</summary>
    public const long DefaultRolloverBytes = 1 << 20;

    // A write-ahead log renamed to a manifest, or the reverse, fails on the first frame.
    private const ulong LogNumberFlag = 1UL << 63;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly long _rolloverBytes;
    private readonly FailStop? _failStop; // null for a manifest that no open store commits to
    private LogWriter? _log; // null until the manifest is continued
    private long _snapshotEnd;
    private Exception? _failure;

    private Manifest(IFileSystem files, string directory, ManifestState state, ulong number, long rolloverBytes, FailStop? failStop)
    {
        _failStop = failStop;
        _files = files;
        _directory = directory;
        _rolloverBytes = rolloverBytes;
        State = state;
        Number = number;
    }

    /// <summary>The sum of all committed edits.</summary>
    public ManifestState State { get; }

    /// <summary>Number of the live manifest file; grows by one with each new file.</summary>
    public ulong Number { get; private set; }

    /// <summary>Whether <paramref name="directory"/> holds a store.</summary>
    public static bool Exists(IFileSystem files, string directory) =>
        files.FileExists(Path.Combine(directory, StoreFiles.Current));

    /// <summary>Makes a new store that consists of <paramref name="first"/>. Nothing else may have been written before.</summary>
    /// <exception cref="CorruptionException">The folder holds tables or logs of a store whose <c>CURRENT</c> is lost.</exception>
    public static Manifest Create(
        IFileSystem files, string directory, VersionEdit first, long rolloverBytes = DefaultRolloverBytes, FailStop? failStop = null) =>
        Create(files, directory, [first], rolloverBytes, failStop);

    /// <summary>The same for the sum of several edits, as of a snapshot.</summary>
    public static Manifest Create(
        IFileSystem files, string directory, IEnumerable<VersionEdit> first, long rolloverBytes = DefaultRolloverBytes, FailStop? failStop = null)
    {
        RefuseOrphans(files, directory);
        return new Manifest(files, directory, ManifestState.Of(first), 0, rolloverBytes, failStop).Continue();
    }

    /// <summary>What the live manifest of a folder says; nothing is written.</summary>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or the manifest is damaged or missing.</exception>
    public static ManifestState Read(IFileSystem files, string directory)
    {
        (ulong number, long snapshotEnd) = CurrentFile.Read(files, directory);
        return Replay(files, directory, number, snapshotEnd);
    }

    /// <summary>
    /// Replays the live manifest and continues in a fresh one, so that nothing is ever appended behind a torn tail.
    /// </summary>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or the manifest is damaged or missing.</exception>
    public static Manifest Open(IFileSystem files, string directory, long rolloverBytes = DefaultRolloverBytes, FailStop? failStop = null) =>
        Load(files, directory, rolloverBytes, failStop).Continue();

    /// <summary>
    /// The same without the fresh one: nothing is written before <see cref="Continue"/>. So an opening that finds damage leaves the manifest as it is,
    /// whose end may be what was damaged.
    /// </summary>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or the manifest is damaged or missing.</exception>
    public static Manifest Load(IFileSystem files, string directory, long rolloverBytes = DefaultRolloverBytes, FailStop? failStop = null)
    {
        (ulong number, long snapshotEnd) = CurrentFile.Read(files, directory);
        ManifestState state = Replay(files, directory, number, snapshotEnd);
        return new Manifest(files, directory, state, number, rolloverBytes, failStop);
    }

    /// <summary>Writes the fresh manifest that edits go to, unless there is one.</summary>
    /// <returns>This one.</returns>
    public Manifest Continue()
    {
        if (_log is null)
        {
            RollOver();
        }

        return this;
    }

    /// <summary>Makes <paramref name="edit"/> durable and adds it to <see cref="State"/>.</summary>
    /// <exception cref="InvalidDataException">The edit contradicts the state; nothing was written.</exception>
    /// <exception cref="FileOperationException">The disk refused; this manifest accepts no further commit.</exception>
    /// <exception cref="StorePoisonedException">An earlier commit failed, or the store did, in whatever thread.</exception>
    public void Commit(VersionEdit edit)
    {
        if (_failure is not null)
        {
            throw new StorePoisonedException(_failure);
        }

        _failStop?.RequireWritable();
        State.Check(edit);
        try
        {
            Continue();
            if (_log!.WrittenOffset - _snapshotEnd > Math.Max(_rolloverBytes, _snapshotEnd - LogFormat.HeaderBytes))
            {
                RollOver();
            }

            Append(_log, edit);
            _log.Sync();
            AppendPromise(_log);
        }
        catch (Exception e)
        {
            _failure = e;
            _failStop?.Stop(e);
            throw;
        }

        State.Apply(edit);
        AssertInvariants();
    }

    /// <inheritdoc/>
    public void Dispose() => _log?.Dispose();

    // A crash during Create leaves a manifest or a temporary file at most, because logs and tables come after it.
    private static void RefuseOrphans(IFileSystem files, string directory)
    {
        foreach (string name in files.ListFiles(directory))
        {
            if (StoreFiles.Classify(name, out _) is StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile or StoreFileKind.Log or StoreFileKind.Current)
            {
                throw new CorruptionException(
                    Path.Combine(directory, StoreFiles.Current),
                    0,
                    $"A new store cannot be made here: the folder already holds '{name}'. Restore CURRENT or choose an empty folder.");
            }
        }
    }

    private static ManifestState Replay(IFileSystem files, string directory, ulong number, long snapshotEnd)
    {
        string path = Path.Combine(directory, StoreFiles.Manifest(number));
        if (!files.FileExists(path))
        {
            throw new CorruptionException(path, 0, "CURRENT names this manifest, but it is missing; restore the store from a checkpoint.");
        }

        var state = new ManifestState();
        long offset = LogFormat.HeaderBytes;
        LogReplay replay = LogReader.Replay(files, path, number | LogNumberFlag, 1, isLast: true, (payload, _) =>
        {
            try
            {
                state.Apply(VersionEditFormat.Read(payload.ToArray()));
            }
            catch (InvalidDataException e)
            {
                throw new CorruptionException(path, offset, e.Message, e);
            }

            offset += LogFormat.FrameLength(payload.Length);
        });

        // The snapshot was synced before CURRENT named the file, so its end cannot be torn.
        state.Tail = new ManifestTail(path, replay.EndOffset, replay.Torn);
        return replay.Frames > 0 && replay.EndOffset >= snapshotEnd
            ? state
            : throw new CorruptionException(
                path, replay.EndOffset, $"The manifest ends here, yet CURRENT says that its snapshot ends at {snapshotEnd}; restore the store from a checkpoint.");
    }

    private void RollOver()
    {
        ulong number = FreeFrom(Number + 1);
        LogWriter next = WriteSnapshot(number);
        _log?.Dispose();
        _log = next;
        Number = number;
    }

    // A file of the name that is not ours is passed over, not replaced.
    private ulong FreeFrom(ulong number)
    {
        for (string path; _files.FileExists(path = Path.Combine(_directory, StoreFiles.Manifest(number))) && !OwnContent.IsIn(_files, path);)
        {
            number++;
        }

        return number;
    }

    // Order matters: the snapshot and its name are durable before CURRENT points there, and the old one goes last.
    private LogWriter WriteSnapshot(ulong number)
    {
        string path = Path.Combine(_directory, StoreFiles.Manifest(number));
        LogWriter log = LogWriter.Create(_files, path, number | LogNumberFlag, firstSequence: 1, fixedSize: 0);
        try
        {
            foreach (VersionEdit edit in State.Snapshot())
            {
                Append(log, edit);
            }

            if (State.KeepsVersions)
            {
                Append(log, new VersionEdit { KeepsVersions = true });
            }

            log.Sync();
            long snapshotEnd = log.WrittenOffset;
            AppendPromise(log);
            CurrentFile.Publish(_files, _directory, number, snapshotEnd);
            DeleteOthers(number);
            _snapshotEnd = log.WrittenOffset;
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    private void DeleteOthers(ulong live)
    {
        foreach (string name in _files.ListFiles(_directory))
        {
            if (StoreFiles.Classify(name, out ulong number) == StoreFileKind.Manifest && number != live)
            {
                OwnContent.TryDelete(_files, Path.Combine(_directory, name));
            }
        }
    }

    private static void Append(LogWriter log, VersionEdit edit) => log.Append(VersionEditFormat.Write(edit), position: 0);

    // An empty edit whose frame carries the synced offset: damage to the edit before it is then told from a torn tail.
    private static void AppendPromise(LogWriter log) => Append(log, new VersionEdit());

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_failure is null, "A poisoned manifest commits nothing.");
        Debug.Assert(_log!.SyncedOffset > LogFormat.HeaderBytes, "A committed edit is synced.");
    }
}
