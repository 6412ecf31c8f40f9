using Signals.Core.Model;
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
internal sealed class VersionHistory : IDisposable
{
    private const long RolloverBytes = 1 << 20;

    private readonly StoreFolder _folder;
    private readonly VersionRetention _options;
    private readonly FilePins _pins;
    private readonly FailStop _failStop;
    private readonly HistoryClock _clock;
    private readonly Lock _cleaning = new(); // taken before the committer's gate and _lock
    private readonly Lock _lock = new();
    private readonly HistoryContent _content; // guarded by _lock
    private readonly KeptFiles _kept; // guarded by _lock
    private HistoryFile? _file; // guarded by _lock
    private (ulong Version, TableVersion? Live) _unmerged; // guarded by _lock; remembers a comparison of files that takes a while
    private ulong _fileNumber; // guarded by _lock
    private long _firstBytes; // guarded by _lock; size of the file when it was new
    private ulong _firstLog; // written under _lock

    public VersionHistory(
        StoreFolder folder,
        VersionRetention options,
        long logBytes,
        HistoryContent content,
        FilePins pins,
        FailStop failStop,
        HistoryClock clock)
    {
        _folder = folder;
        _options = options;
        _content = content;
        _fileNumber = content.HighestFile;
        _pins = pins;
        _kept = new KeptFiles(folder, pins, logBytes);
        _failStop = failStop;
        _clock = clock;
        RetainedVersion? before = null;
        foreach (RetainedVersion version in content.Versions)
        {
            _kept.Add(before, version);
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

    /// <summary>The numbers of the oldest and the newest version that is kept; 0 when none is.</summary>
    public (ulong Oldest, ulong Newest) Numbers
    {
        get
        {
            lock (_lock)
            {
                return _content.Versions is [] ? default : (_content.Versions[0].Number, _content.Versions[^1].Number);
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
                return _kept.Bytes;
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
            bool needsCleaning = hasErasedRows || _content.NeedsCleaning(state, isOpening ? null : edit);
            RetainedVersion version = new()
            {
                Number = NextNumberLocked(isOpening),
                InstalledMs = Math.Max(NowMs(), before?.InstalledMs ?? long.MinValue),
                KnownPosition = Gate.UnderWay,
                FlushedPosition = state.FlushedPosition,
                FirstLog = state.FirstLiveLog,
                ErasureEdits = (before?.ErasureEdits ?? 0) + (needsCleaning ? 1UL : 0),
                IsOpening = isOpening,
                Tables = RetainedVersion.Follow(
                    before?.Tables ?? [],
                    state.Tables.OrderBy(table => table.Key).Select(table => table.Value)),
                Erasures = isOpening ? [.. state.Erasures.Select(erased => new Erasure(erased.Key, erased.Value))] : [.. edit.Erasures],
            };
            _kept.Add(before, version);
            _content.Add(version, _content.CleanEdits);
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
    /// <exception cref="ObjectDisposedException">The store was closed meanwhile.</exception>
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
                ObjectDisposedException.ThrowIf(_file is null, this); // the folder may belong to another store by now
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
            bool isOld = newest.InstalledMs <= AgedMsLocked();
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

    /// <summary>Finds the version with a number and the erasures known with it, and pins its files.</summary>
    /// <param name="number">The version's number.</param>
    /// <param name="found">The version.</param>
    /// <param name="erasures">All erasures of this version and the ones before it.</param>
    /// <param name="end">
    /// Records of its time after this position were lost in a crash; the greatest value when none were lost.
    /// </param>
    /// <param name="pinned">Keeps the files of the version and its logs; dispose it.</param>
    public bool TryPin(ulong number, out RetainedVersion found, out Erasure[] erasures, out StreamPosition end, out IDisposable? pinned)
    {
        lock (_lock)
        {
            int index = _content.Versions.FindIndex(version => version.Number == number);
            if (index < 0)
            {
                (found, erasures, end, pinned) = (null!, [], StreamPosition.Start, null);
                return false;
            }

            RetainedVersion version = found = _content.Versions[index];
            erasures = _content.ErasuresUpTo(index);
            end = _content.EndOf(index);
            pinned = _pins.Pin([.. version.DataFiles(), .. _folder.Logs().Where(log => log >= version.FirstLog).Select(StoreFiles.Log)]);
            return true;
        }
    }

    /// <summary>The newest kept version that holds no record after a position; null when there is none.</summary>
    public ulong? VersionAt(StreamPosition position)
    {
        lock (_lock)
        {
            return _content.Versions.FindLast(version => version.KnownPosition <= position)?.Number;
        }
    }

    /// <inheritdoc cref="HistoryContent.PointAt"/>
    public PastPoint? PointAt(long timeMs)
    {
        lock (_lock)
        {
            return _content.PointAt(timeMs);
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

    private void SampleLocked(ulong version)
    {
        PastPoint now = new(Gate.Position, version);
        if (_content.NextSample(new PastSample(NowMs(), now), _options.Granularity) is { } sample)
        {
            _content.Add(sample);
            _file!.Append(sample);
        }
    }

    private int CountOldLocked() =>
        _kept.CountToFit(_content.CountReplacedUpTo(AgedMsLocked()), _options.MaxBytes);

    // Versions may hold what was erased until a full compaction has cleaned up. The steady clock must not keep them longer then.
    private long AgedMsLocked()
    {
        bool mayHoldErased = _content.Versions[^1].ErasureEdits > _content.CleanEdits;
        return (mayHoldErased ? NowMs() : _clock.SteadyMs()) - (long)_options.Age.TotalMilliseconds;
    }

    /// <summary>
    /// Removes the oldest versions. Returns the data files that no version needs any more. Files that an older version and the
    /// current state both need are in the newest version, so they stay.
    /// </summary>
    private string[] DropLocked(int count)
    {
        if (count == 0)
        {
            return [];
        }

        HashSet<string> files = [.. _content.Versions.Take(count).SelectMany(version => version.DataFiles())];
        _content.RemoveOldest(count);
        files.ExceptWith(_content.Versions.SelectMany(version => version.DataFiles()));
        FirstLogLocked();
        _kept.RemoveOldest(count);
        return [.. files];
    }

    /// <summary>
    /// Unpins and deletes files, and the logs that only removed versions needed. If the list is rewritten, this comes after it. A
    /// file that is being read, or that a merge has just replaced, goes when that ends. A file that cannot be deleted now is
    /// deleted later.
    /// </summary>
    private void Delete(string[] names)
    {
        IDisposable[] pinned;
        lock (_lock)
        {
            pinned = _kept.TakeLoose();
        }

        if (pinned.Length == 0 && names.Length == 0)
        {
            return;
        }

        FirstError errors = default;
        IDisposable retired = _pins.RetireReplaced(names); // while the pins of the versions still hold them
        Array.ForEach(pinned, one => errors.Dispose(one));
        errors.Dispose(retired);
        errors.Throw();
        _pins.DeleteLogsBefore(FirstLog);
    }

    private void FirstLogLocked() => Volatile.Write(ref _firstLog, _content.Versions[0].FirstLog);

    private void RewriteLocked()
    {
        _file?.Dispose();
        _file = HistoryFile.Create(_folder, ++_fileNumber, _content);
        _firstBytes = _file.Bytes;
    }

    private long NowMs() => _clock.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
