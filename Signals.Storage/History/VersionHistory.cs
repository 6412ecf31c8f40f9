using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <summary>
/// The versions that a store keeps. It records them as they are installed, records the state of the store at intervals, and pins
/// the versions' files. It removes versions by age, by size, or after an erasure was cleaned.
/// </summary>
/// <remarks>
/// Thread contract: any thread, under a lock. <see cref="Record"/> is called between the commit of an edit and its installation,
/// for one edit at a time. A disk error in it or in <see cref="Upkeep"/> fails the store. Lifetime: that of the store. Invariant:
/// the last version is the one that reads see, and its first log is the first live log of the store.
/// </remarks>
internal sealed partial class VersionHistory : IDisposable
{
    private const long RolloverBytes = 1 << 20;

    private readonly StoreFolder _folder;
    private readonly VersionRetention _options;
    private readonly long _logBytes;
    private readonly FilePins _pins;
    private readonly FailStop _failStop;
    private readonly TimeProvider _time;
    private readonly Lock _cleaning = new(); // taken before the committer's gate and _lock
    private readonly Lock _lock = new();
    private readonly HistoryContent _content; // guarded by _lock
    private readonly List<IDisposable> _pinned = []; // guarded by _lock; per version: files that the next does not need; newest: all
    private readonly List<IDisposable> _loose = []; // guarded by _lock; pins of removed versions
    private readonly List<long> _bytesBehind = []; // guarded by _lock; per version but the newest: bytes that the next no longer needs
    private HistoryFile? _file; // guarded by _lock
    private (ulong Version, TableVersion? Live) _unmerged; // guarded by _lock; remembers a comparison of files that takes a while
    private ulong _fileNumber; // guarded by _lock
    private long _firstBytes; // guarded by _lock; size of the file when it was new
    private long _keptBytes; // guarded by _lock; the sum of _bytesBehind
    private ulong _firstLog; // written under _lock

    public VersionHistory(
        StoreFolder folder,
        VersionRetention options,
        long logBytes,
        HistoryContent content,
        FilePins pins,
        FailStop failStop,
        TimeProvider time)
    {
        _folder = folder;
        _options = options;
        _logBytes = logBytes;
        _content = content;
        _fileNumber = content.HighestFile;
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

    /// <summary>The first log that must not be deleted; later logs must not be deleted either.</summary>
    public ulong FirstLog => Volatile.Read(ref _firstLog);

    /// <summary>Coordinates exact reads with ingest.</summary>
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

    /// <summary>About how many bytes exist only for the kept versions.</summary>
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

    /// <summary>
    /// Records the state of the store after an edit, durably, and returns the number of the version. The first call belongs to
    /// the opening.
    /// </summary>
    /// <param name="state">The state of the store after the edit.</param>
    /// <param name="edit">The changes.</param>
    /// <param name="hasErasedRows">Whether rows arrived that an erasure hides; they are in files and logs.</param>
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
                Tables = RetainedVersion.Follow(
                    before?.Tables ?? [],
                    state.Tables.OrderBy(table => table.Key).Select(table => table.Value)),
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

    /// <summary>Records the current state if it is time, and removes versions that are too old or take too much space.</summary>
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
            gone = DropLocked(CountOldLocked());
            if (_file.Bytes > RolloverBytes + (2 * _firstBytes))
            {
                RewriteLocked();
            }
        }

        Delete(gone);
    }

    /// <summary>
    /// Removes every version except the current one, whose files hold nothing of erased users. This is durable, so no later
    /// opening finds the others. It does nothing when no erasure was made since the last time.
    /// </summary>
    /// <param name="edits">
    /// The files hold nothing of the users that were erased by the edits with erasures up to this number.
    /// </param>
    /// <param name="record">Records the current state of the store and returns its version.</param>
    public void DropVersionsWithErased(ulong edits, Func<ulong> record)
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
                // Upkeep may have removed this version meanwhile, by size; then no older one is left either.
                _content.CleanEdits = Math.Max(edits, _content.CleanEdits);
                gone = DropLocked(Math.Max(0, _content.Versions.FindIndex(version => version.Number == clean)));
                RewriteLocked();
            }

            Delete(gone);
        }
    }

    /// <summary>
    /// Whether the newest version is past its age and needs files that merges have replaced since. Without a younger version
    /// these files would stay until the next flush.
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

    // At an opening the number jumps to the seconds of the clock if these are ahead. So a store that lost or gave up its list
    // does not use a number twice.
    private ulong NextNumberLocked(bool isOpening) =>
        Math.Max(
            _content.HighestVersion + 1,
            isOpening ? (ulong)Math.Clamp((NowMs() - HistoryFormat.FirstNumberMs) / 1000, 1, int.MaxValue) : 1);

    /// <summary>
    /// Whether the files have to be cleaned (again): a user was erased, or an import may have brought rows of a user who was
    /// erased before.
    /// </summary>
    private bool NeedsCleaningLocked(ManifestState state, VersionEdit edit, bool isOpening)
    {
        if (isOpening)
        {
            // An edit that only the manifest knows may have flushed rows of erased users.
            bool isBehind = _content.Versions.Count > 0 && _content.Versions[^1].FlushedPosition != state.FlushedPosition;
            return state.Erasures.Count > 0 && (isBehind || HasNewErasuresLocked(state));
        }

        return edit.Erasures.Count > 0 || (state.Erasures.Count > 0 && edit.FlushedPosition is null && edit.AddedTables.Count > 0);
    }

    /// <summary>
    /// Whether a crash, or the recovery from it, left erasures in the manifest that no version in the list has.
    /// </summary>
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
        PastSample last = _content.Samples.Count > 0
            ? _content.Samples[^1]
            : new PastSample(newest.InstalledMs, new PastPoint(newest.KnownPosition, newest.Number));
        bool isDue = now >= last.TimeMs + (long)_options.Granularity.TotalMilliseconds;

        // A sample is taken only for a version that reads see and that holds nothing of a commit that is still being applied.
        bool isWhole = version == newest.Number && newest.KnownPosition <= position;
        PastSample sample = new(now, new PastPoint(position, version));
        if (isDue && isWhole && sample.Point != last.Point)
        {
            _content.Add(sample);
            _file!.Append(sample);
        }
    }

    private void FirstLogLocked() => Volatile.Write(ref _firstLog, _content.Versions[0].FirstLog);

    private void RewriteLocked()
    {
        _file?.Dispose();
        _file = HistoryFile.Create(_folder, ++_fileNumber, _content);
        _firstBytes = _file.Bytes;
    }

    private long NowMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
