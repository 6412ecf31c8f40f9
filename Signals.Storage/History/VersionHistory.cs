using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <summary>
/// The versions that a store keeps: records them as they are installed, notes which state it was in when, pins their files, and lets
/// them go by age, by size, or because an erasure was cleaned.
/// </summary>
/// <remarks>
/// Thread contract: any thread, under a lock. <see cref="Record"/> is called between the commit of an edit and its installation, one edit at a
/// time. An error of the disk in it fails the store, in <see cref="Upkeep"/> as well. Lifetime: the store's.
/// Invariant: the last version is the one that reads see, and its first log is the store's first live one.
/// </remarks>
internal sealed partial class VersionHistory : IDisposable
{
    private const long RolloverBytes = 1 << 20;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly VersionRetention _options;
    private readonly long _logBytes;
    private readonly FilePins _pins;
    private readonly FailStop _failStop;
    private readonly TimeProvider _time;
    private readonly Lock _cleaning = new(); // taken before the committer's gate and _lock
    private readonly Lock _lock = new();
    private readonly HistoryContent _content; // guarded by _lock
    private readonly List<IDisposable> _pinned = []; // guarded by _lock; for each version but the newest what the next one needs no longer, for the newest all
    private readonly List<IDisposable> _loose = []; // guarded by _lock; of versions that went
    private readonly List<long> _bytesBehind = []; // guarded by _lock; for each version but the newest: of what the next one needs no longer
    private HistoryFile? _file; // guarded by _lock
    private (ulong Version, TableVersion? Live) _unmerged; // guarded by _lock; found to need the same files, which takes a while
    private ulong _fileNumber; // guarded by _lock
    private long _firstBytes; // guarded by _lock; of the file when it was new
    private long _keptBytes; // guarded by _lock; their sum
    private ulong _firstLog; // written under _lock

    public VersionHistory(
        IFileSystem files, string directory, VersionRetention options, long logBytes, HistoryContent content, ulong fileNumber, FilePins pins, FailStop failStop, TimeProvider time)
    {
        _files = files;
        _directory = directory;
        _options = options;
        _logBytes = logBytes;
        _content = content;
        _fileNumber = fileNumber;
        _pins = pins;
        _failStop = failStop;
        _time = time;
        RetainedVersion? before = null;
        foreach (RetainedVersion version in content.Versions)
        {
            PinLocked(before, version);
            CountBehindLocked(before, version);
            before = version;
        }

        _firstLog = content.Versions.Count == 0 ? ulong.MaxValue : content.Versions[0].FirstLog;
    }

    /// <summary>No log from this one on may be deleted.</summary>
    public ulong FirstLog => Volatile.Read(ref _firstLog);

    /// <summary>Where exact reads and ingest meet.</summary>
    public CommitGate Gate { get; } = new();

    /// <summary>The versions that are kept, oldest first.</summary>
    public RetainedVersion[] Versions
    {
        get
        {
            lock (_lock)
            {
                return [.. _content.Versions];
            }
        }
    }

    /// <summary>How many versions are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _content.Versions.Count;
            }
        }
    }

    /// <summary>About how many bytes are there only for the versions that are kept.</summary>
    public long KeptBytes
    {
        get
        {
            lock (_lock)
            {
                return _keptBytes;
            }
        }
    }

    /// <summary>How many edits with erasures there were.</summary>
    public ulong ErasureEdits
    {
        get
        {
            lock (_lock)
            {
                return _content.Versions[^1].ErasureEdits;
            }
        }
    }

    /// <summary>Records what an edit made of the store, durably, and gives its number. The first call is that of the opening.</summary>
    /// <param name="state">What it consists of now.</param>
    /// <param name="edit">What changed.</param>
    /// <param name="hasErasedRows">Whether rows came that an erasure hides: files and logs hold them.</param>
    public ulong Record(ManifestState state, VersionEdit edit, bool hasErasedRows)
    {
        lock (_lock)
        {
            RetainedVersion? before = _content.Versions.Count == 0 ? null : _content.Versions[^1];
            bool isOpening = _file is null;
            RetainedVersion version = new()
            {
                Number = NextNumberLocked(isOpening),
                InstalledMs = Math.Max(NowMs(), before?.InstalledMs ?? long.MinValue),
                KnownPosition = Gate.UnderWay,
                FlushedPosition = state.FlushedPosition,
                FirstLog = state.FirstLiveLog,
                ErasureEdits = (before?.ErasureEdits ?? 0) + (hasErasedRows || NeedsCleaningLocked(state, edit, isOpening) ? 1UL : 0),
                IsOpening = isOpening,
                Tables = RetainedVersion.Follow(before?.Tables ?? [], state.Tables.OrderBy(table => table.Key).Select(table => table.Value)),
                Erasures = isOpening ? [.. state.Erasures.Select(erased => new Erasure(erased.Key, erased.Value))] : [.. edit.Erasures],
            };
            PinLocked(before, version);
            _content.Add(version, _content.CleanEdits);
            CountBehindLocked(before, version);
            if (isOpening)
            {
                RewriteLocked();
            }
            else
            {
                _file!.Append(version, before!, _content.CleanEdits);
            }

            FirstLogLocked();
            return version.Number;
        }
    }

    /// <summary>Notes the state of now if it is time, and lets go what is too old or too much.</summary>
    /// <param name="version">The version that reads see.</param>
    public void Upkeep(ulong version)
    {
        string[] gone;
        lock (_lock)
        {
            if (_file is null)
            {
                return;
            }

            _failStop.RequireWritable();
            SampleLocked(version);
            gone = LetGoLocked(CountOldLocked());
            if (_file.Bytes > RolloverBytes + (2 * _firstBytes))
            {
                RewriteLocked();
            }
        }

        Delete(gone);
    }

    /// <summary>
    /// Lets every version go but that of now, whose files hold nothing of who was erased; durably, so that no later opening finds them. Does
    /// nothing when there was no erasure since the last time.
    /// </summary>
    /// <param name="edits">How many edits with erasures the files are clean of.</param>
    /// <param name="record">Records the store as it is now.</param>
    public void LetErasedGo(ulong edits, Func<ulong> record)
    {
        lock (_cleaning)
        {
            lock (_lock)
            {
                if (_file is null || edits <= _content.CleanEdits)
                {
                    return;
                }
            }

            ulong clean = record();
            string[] gone;
            lock (_lock)
            {
                _failStop.RequireWritable();
                // Upkeep may have let it go meanwhile, by size; then no older one is left either.
                _content.CleanEdits = Math.Max(edits, _content.CleanEdits);
                gone = LetGoLocked(Math.Max(0, _content.Versions.FindIndex(version => version.Number == clean)));
                RewriteLocked();
            }

            Delete(gone);
        }
    }

    /// <summary>
    /// Whether the newest version is past its age and needs files that merges have replaced since: without a younger one they would stay for
    /// as long as nothing is flushed.
    /// </summary>
    /// <param name="live">The tables that reads see.</param>
    public bool IsHeldBack(TableVersion live)
    {
        lock (_lock)
        {
            RetainedVersion newest = _content.Versions[^1];
            bool isOld = newest.InstalledMs <= NowMs() - (long)_options.Age.TotalMilliseconds;
            if (_file is null || !isOld || _unmerged == (newest.Number, live))
            {
                return false;
            }

            if (!newest.DataFiles().ToHashSet().SetEquals(live.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta))))
            {
                return true;
            }

            _unmerged = (newest.Number, live);
            return false;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    // An opening goes on at the seconds of the clock if these are ahead: a store that lost or left its list does not give numbers again.
    private ulong NextNumberLocked(bool isOpening) =>
        Math.Max(_content.HighestVersion + 1, isOpening ? (ulong)Math.Clamp((NowMs() - HistoryFormat.FirstNumberMs) / 1000, 1, int.MaxValue) : 1);

    /// <summary>Whether the files have to be cleaned, maybe once more: somebody was erased, or an import may have brought rows of who was before.</summary>
    private bool NeedsCleaningLocked(ManifestState state, VersionEdit edit, bool isOpening)
    {
        if (isOpening)
        {
            // An edit that is in the manifest alone may have flushed rows of erased users.
            bool isBehind = _content.Versions.Count > 0 && _content.Versions[^1].FlushedPosition != state.FlushedPosition;
            return state.Erasures.Count > 0 && (isBehind || HasNewErasuresLocked(state));
        }

        return edit.Erasures.Count > 0 || (state.Erasures.Count > 0 && edit.FlushedPosition is null && edit.AddedTables.Count > 0);
    }

    /// <summary>Whether a crash, or the recovery from it, left erasures in the manifest that no version in the list knows of.</summary>
    private bool HasNewErasuresLocked(ManifestState state)
    {
        Dictionary<UserId, long> known = [];
        foreach (Erasure erasure in _content.Versions.SelectMany(version => version.Erasures))
        {
            known[erasure.User] = Math.Max(erasure.CutoffMs, known.GetValueOrDefault(erasure.User, ErasureSet.NoCutoff));
        }

        return state.Erasures.Any(erased => known.GetValueOrDefault(erased.Key, ErasureSet.NoCutoff) < erased.Value);
    }

    private void SampleLocked(ulong version)
    {
        RetainedVersion newest = _content.Versions[^1];
        long position = Gate.Position;
        long now = NowMs();
        PastSample last = _content.Samples.Count > 0 ? _content.Samples[^1] : new PastSample(newest.InstalledMs, new PastPoint(newest.KnownPosition, newest.Number));
        bool isDue = now >= last.TimeMs + (long)_options.Granularity.TotalMilliseconds;

        // The version of a state is one that reads see, and holds nothing of a commit that is still being applied.
        bool isWhole = version == newest.Number && newest.KnownPosition <= position;
        PastSample sample = new(now, new PastPoint(position, version));
        if (isDue && isWhole && sample.Point != last.Point)
        {
            _content.Add(sample);
            _file!.Append(sample);
        }
    }

    private void FirstLogLocked() => Volatile.Write(ref _firstLog, _content.Versions[0].FirstLog);

    private ulong[] LogsLocked()
    {
        List<ulong> logs = [];
        foreach (string name in _files.ListFiles(_directory))
        {
            if (StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log)
            {
                logs.Add(number);
            }
        }

        return [.. logs.Order()];
    }

    private void RewriteLocked()
    {
        _file?.Dispose();
        _file = HistoryFile.Create(_files, _directory, ++_fileNumber, _content);
        _firstBytes = _file.Bytes;
    }

    private long NowMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
