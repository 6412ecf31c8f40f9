using System.Diagnostics;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Wal;

namespace Signals.Storage.Versions;

/// <summary>
/// The durable list of the files and settings of a store: a log of <see cref="VersionEdit"/>s that <c>CURRENT</c> points to
/// (<c>docs/formats/manifest.md</c>). An edit is in the store completely or not at all; <see cref="Commit"/> returns only after
/// the edit is synced. Fail-stop: after an I/O error the content of the disk is unknown, so every later commit is refused. Thread
/// contract: one thread at a time. Lifetime: owned by the open store; disposing closes the file and writes nothing.
/// </summary>
internal sealed class Manifest : IDisposable
{
    /// <summary>
    /// A manifest is rewritten when its edits after the snapshot exceed this many bytes, or the bytes of the snapshot if those
    /// are more.
    /// </summary>
    public const long DefaultRolloverBytes = 1 << 20;

    // Because of this flag, a write-ahead log that was renamed to a manifest, or the reverse, fails on the first entry.
    private const ulong LogNumberFlag = 1UL << 63;

    private readonly StoreFolder _folder;
    private readonly long _rolloverBytes;
    private readonly FailStop? _failStop; // null when no open store commits to this manifest
    private LogWriter? _log; // null until Continue
    private long _snapshotEnd;
    private Exception? _failure;

    private Manifest(StoreFolder folder, ManifestState state, ulong number, long rolloverBytes, FailStop? failStop)
    {
        _failStop = failStop;
        _folder = folder;
        _rolloverBytes = rolloverBytes;
        State = state;
        Number = number;
    }

    /// <summary>The sum of all committed edits.</summary>
    public ManifestState State { get; }

    /// <summary>The number of the live manifest file. It grows with each new file.</summary>
    public ulong Number { get; private set; }

    /// <summary>The edit whose commit failed, so that the disk holds it or does not; null while no commit has failed.</summary>
    public VersionEdit? Undecided { get; private set; }

    /// <summary>Whether the folder holds a store.</summary>
    public static bool Exists(StoreFolder folder) =>
        folder.Files.FileExists(folder.Current);

    /// <summary>Creates a new store that consists of <paramref name="first"/>. Nothing else may have been written before.</summary>
    /// <exception cref="CorruptionException">The folder holds files of a store whose <c>CURRENT</c> is lost.</exception>
    public static Manifest Create(
        StoreFolder folder, VersionEdit first, long rolloverBytes = DefaultRolloverBytes, FailStop? failStop = null) =>
        Create(folder, [first], rolloverBytes, failStop);

    /// <summary>The same for the sum of several edits, such as those of a snapshot.</summary>
    public static Manifest Create(
        StoreFolder folder, IEnumerable<VersionEdit> first, long rolloverBytes = DefaultRolloverBytes, FailStop? failStop = null)
    {
        RefuseOrphans(folder);
        return new Manifest(folder, ManifestState.Replay(first), 0, rolloverBytes, failStop).Continue();
    }

    /// <summary>Reads the state that the live manifest of a folder records. Writes nothing.</summary>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or the manifest is damaged or missing.</exception>
    public static ManifestState Read(StoreFolder folder)
    {
        (ulong number, long snapshotEnd) = CurrentFile.Read(folder);
        return Replay(folder, number, snapshotEnd);
    }

    /// <summary>
    /// The same for a manifest that <c>CURRENT</c> was seen to name. Another process may go on writing it meanwhile: an edit that is
    /// not whole yet is not part of the state.
    /// </summary>
    /// <exception cref="CorruptionException">The manifest is damaged or missing.</exception>
    public static ManifestState Read(StoreFolder folder, ulong number, long snapshotEnd) => Replay(folder, number, snapshotEnd);

    /// <summary>
    /// Replays the live manifest and continues in a new one, so that nothing is ever appended after a torn tail.
    /// </summary>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or the manifest is damaged or missing.</exception>
    public static Manifest Open(StoreFolder folder, long rolloverBytes = DefaultRolloverBytes, FailStop? failStop = null) =>
        Load(folder, rolloverBytes, failStop).Continue();

    /// <summary>
    /// Replays the live manifest, but writes nothing before <see cref="Continue"/>. So an opening that finds damage leaves the
    /// manifest as it is; the damage may be at its end.
    /// </summary>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or the manifest is damaged or missing.</exception>
    public static Manifest Load(StoreFolder folder, long rolloverBytes = DefaultRolloverBytes, FailStop? failStop = null)
    {
        (ulong number, long snapshotEnd) = CurrentFile.Read(folder);
        ManifestState state = Replay(folder, number, snapshotEnd);
        return new Manifest(folder, state, number, rolloverBytes, failStop);
    }

    /// <summary>Writes the new manifest that edits are appended to, unless there is one already.</summary>
    /// <returns>This manifest.</returns>
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
    /// <exception cref="FileOperationException">The disk reported an error; this manifest accepts no further commit.</exception>
    /// <exception cref="StorePoisonedException">An earlier commit failed, or the store has failed on any thread.</exception>
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
            Undecided = edit;
            _failStop?.Stop(e);
            throw;
        }

        State.Apply(edit);
        AssertInvariants();
    }

    /// <inheritdoc/>
    public void Dispose() => _log?.Dispose();

    // A crash during Create leaves at most a manifest or a temporary file, because logs and tables are written after it.
    private static void RefuseOrphans(StoreFolder folder)
    {
        foreach (string name in folder.ListFiles())
        {
            if (StoreFiles.Classify(name, out _)
                is StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile or StoreFileKind.Log or StoreFileKind.Current)
            {
                throw new CorruptionException(
                    folder.Current,
                    0,
                    $"A new store cannot be created here: the folder already holds '{name}'. Restore CURRENT or choose an empty folder.");
            }
        }
    }

    private static ManifestState Replay(StoreFolder folder, ulong number, long snapshotEnd)
    {
        string path = folder.Manifest(number);
        if (!folder.Files.FileExists(path))
        {
            throw new CorruptionException(
                path, 0, "CURRENT names this manifest, but it is missing; restore the store from a checkpoint.");
        }

        var state = new ManifestState();
        long offset = LogFormat.HeaderBytes;
        LogReplay replay = LogReader.Replay(folder.Files, path, number | LogNumberFlag, 1, isLast: true, (payload, _) =>
        {
            try
            {
                state.Apply(VersionEditFormat.Read(payload.ToArray()));
            }
            catch (InvalidDataException e)
            {
                throw new CorruptionException(path, offset, e.Message, e);
            }

            offset += LogFormat.EntryLength(payload.Length);
        });

        // The snapshot was synced before CURRENT named the file, so its end cannot be torn.
        state.Tail = new ManifestTail(path, replay.EndOffset, replay.Torn);
        return replay.Entries > 0 && replay.EndOffset >= snapshotEnd
            ? state
            : throw new CorruptionException(
                path,
                replay.EndOffset,
                $"The manifest ends here, but CURRENT says that its snapshot ends at {snapshotEnd}; restore the store from a "
                + "checkpoint.");
    }

    private void RollOver()
    {
        ulong number = FreeFrom(Number + 1);
        LogWriter next = WriteSnapshot(number);
        _log?.Dispose();
        _log = next;
        Number = number;
    }

    // A number whose file name is taken by a file that is not this library's is skipped; the file is not replaced.
    private ulong FreeFrom(ulong number)
    {
        for (string path = _folder.Manifest(number);
            _folder.Files.FileExists(path) && !OwnContent.IsIn(_folder.Files, path);
            path = _folder.Manifest(number))
        {
            number++;
        }

        return number;
    }


    // The order matters: the snapshot and its name are durable before CURRENT points to it, and the old manifest is deleted last.
    private LogWriter WriteSnapshot(ulong number)
    {
        string path = _folder.Manifest(number);
        LogWriter log = LogWriter.Create(_folder.Files, path, number | LogNumberFlag, firstSequence: 1, fixedSize: 0);
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
            CurrentFile.Publish(_folder, number, snapshotEnd);
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
        foreach (ulong number in _folder.NumbersOf(StoreFileKind.Manifest).Where(number => number != live))
        {
            OwnContent.TryDelete(_folder.Files, _folder.Manifest(number));
        }
    }

    private static void Append(LogWriter log, VersionEdit edit) => log.Append(VersionEditFormat.Write(edit), StreamPosition.Start);

    // Appends an empty edit. Its entry carries the synced offset, so that damage to the edit before it can be distinguished from
    // a torn tail.
    private static void AppendPromise(LogWriter log) => Append(log, new VersionEdit());

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_failure is null, "A manifest that has failed must not commit.");
        Debug.Assert(_log!.SyncedOffset > LogFormat.HeaderBytes, "A committed edit must be synced.");
    }
}
