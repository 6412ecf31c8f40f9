using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// The versions of one name, and the order in which they were active. A registry changes a copy and puts it in place of the
/// original when the change is stored.
/// </summary>
/// <remarks>
/// Thread contract: changed by one thread. Once it is in place, only <see cref="NoteEnded"/> changes it, under the registry's lock, and
/// only what is read under that lock. Invariants: an active version is one of the kept versions; a content hash occurs once among the
/// kept and the past versions; no version number of a kept version is lost.
/// </remarks>
internal sealed class DefinitionHistory<TPlan>
    where TPlan : class
{
    /// <summary>The largest number of versions of one name that are kept for receipts alone.</summary>
    public const int MostPast = 1024;

    private readonly int _maxVersions;
    private readonly List<RegisteredDefinition<TPlan>> _versions = [];
    private readonly List<RegisteredDefinition<TPlan>> _activations = [];
    private readonly List<RegisteredDefinition<TPlan>> _past = [];
    private readonly List<RegisteredDefinition<TPlan>> _ofThisRun = [];
    private readonly HashSet<RegisteredDefinition<TPlan>> _ofTheLog = [];
    private readonly Dictionary<RegisteredDefinition<TPlan>, ulong> _lastServedIn = [];
    private readonly List<RegisteredDefinition<TPlan>> _ended = []; // by the change that this copy is made for
    private (int Version, string Reason) _shadowFailure;
    private bool _isRetired;

    public DefinitionHistory(string name, string owner, int maxVersions) => (Name, Owner, _maxVersions) = (name, owner, maxVersions);

    /// <summary>What was stored. Its shadow does not run yet.</summary>
    public DefinitionHistory(StoredHistory stored, int maxVersions, Func<StoredVersion, RegisteredDefinition<TPlan>> read)
        : this(stored.Name, stored.Owner, maxVersions)
    {
        _versions.AddRange(stored.Versions.Select(read));
        _past.AddRange(stored.Past.Select(read));
        _activations.AddRange(stored.Activations.Select(index => _versions[index]));
        _isRetired = stored.IsRetired;
        LastRegistered = stored.LastRegistered;
        StoredShadow = stored.Shadow;
        foreach (RegisteredDefinition<TPlan> version in _versions.Concat(_past))
        {
            _lastServedIn[version] = version.Form.LastServedIn;
        }

        CollapseRepeats(); // a version between two others may not have been stored
    }

    private DefinitionHistory(DefinitionHistory<TPlan> other)
        : this(other.Name, other.Owner, other._maxVersions)
    {
        _versions.AddRange(other._versions);
        _activations.AddRange(other._activations);
        _past.AddRange(other._past);
        _ofThisRun.AddRange(other._ofThisRun);
        _ofTheLog.UnionWith(other._ofTheLog);
        foreach ((RegisteredDefinition<TPlan> version, ulong until) in other._lastServedIn)
        {
            _lastServedIn[version] = until;
        }

        (_isRetired, LastRegistered, Shadow, StoredShadow) = (other._isRetired, other.LastRegistered, other.Shadow, other.StoredShadow);
        _shadowFailure = other._shadowFailure;
    }

    public string Name { get; }

    /// <summary>Who owns the name. A name without a version that can be activated is free for another owner.</summary>
    public string Owner { get; set; }

    /// <summary>The versions that can be activated, in the order of their registration.</summary>
    public IReadOnlyList<RegisteredDefinition<TPlan>> Versions => _versions;

    /// <summary>Versions that only receipts need.</summary>
    public IReadOnlyList<RegisteredDefinition<TPlan>> Past => _past;

    /// <summary>The version that was activated last; <c>null</c> when none is kept.</summary>
    public RegisteredDefinition<TPlan>? Active => _activations.Count == 0 ? null : _activations[^1];

    /// <summary>The version that code registered last; 0 when it is not kept.</summary>
    public int LastRegistered { get; private set; }

    /// <summary>The shadow of the served version.</summary>
    public ShadowDefinition<TPlan>? Shadow { get; private set; }

    /// <summary>The shadow as it is stored; it may be there although it cannot run yet.</summary>
    public StoredShadow? StoredShadow { get; private set; }

    /// <summary>The version that reads get: the active one, or <c>null</c> when the definition is retired.</summary>
    public RegisteredDefinition<TPlan>? Served => _isRetired || Active?.KnownDefinition?.Stage == LifecycleStage.Retired ? null : Active;

    public DefinitionHistory<TPlan> Copy() => new(this);

    public RegisteredDefinition<TPlan>? Find(int version) => _versions.Find(registered => registered.Version == version);

    /// <summary>Whether a version was registered since the store was opened.</summary>
    public bool IsOfThisRun => _versions.Exists(version => version.IsOfThisRun);

    /// <summary>A number that no kept version has.</summary>
    public long NextFreeNumber => 1L + _versions.Concat(_past).Select(version => version.Version).DefaultIfEmpty().Max();

    /// <summary>A version that only receipts need, by number.</summary>
    public RegisteredDefinition<TPlan>? FindPast(int version) => _past.Find(registered => registered.Version == version);

    public void Add(RegisteredDefinition<TPlan> registered, ulong mark)
    {
        _past.RemoveAll(past => past.Form.ContentHash is { } hash && hash == registered.Form.ContentHash);
        _versions.Add(registered);
        Activate(registered, mark);
    }

    /// <summary>
    /// When there are too many versions, the oldest can no longer be activated. The active version stays, and so does the one that code
    /// registered last: the next start would take it for a new one.
    /// </summary>
    public void MakeRoom()
    {
        if (_versions.Count > _maxVersions)
        {
            RegisteredDefinition<TPlan> gone = _versions.First(one => !ReferenceEquals(one, Active) && one.Version != LastRegistered);
            _versions.Remove(gone);
            _activations.RemoveAll(activation => ReferenceEquals(activation, gone));
            CollapseRepeats();
            BecomePast(gone);
        }
    }

    /// <summary>Replaces a kept version by the same version compiled anew.</summary>
    public void Replace(RegisteredDefinition<TPlan> kept, RegisteredDefinition<TPlan> registered)
    {
        _versions[_versions.IndexOf(kept)] = registered;
        for (int i = 0; i < _activations.Count; i++)
        {
            if (ReferenceEquals(_activations[i], kept))
            {
                _activations[i] = registered;
            }
        }

        _ofThisRun.Remove(kept);
        _ofTheLog.Remove(kept);
        _lastServedIn[registered] = _lastServedIn.GetValueOrDefault(kept, StoredVersion.StillServed);
        _lastServedIn.Remove(kept);
    }

    /// <summary>Notes who registered a version since the store was opened.</summary>
    public void Note(RegisteredDefinition<TPlan> registered, RegistrationOrigin origin)
    {
        _ofThisRun.Remove(registered);
        _ofThisRun.Add(registered);
        _ = origin == RegistrationOrigin.Log ? _ofTheLog.Add(registered) : _ofTheLog.Remove(registered);
        LastRegistered = origin == RegistrationOrigin.Code ? registered.Version : LastRegistered;
    }

    public void Activate(RegisteredDefinition<TPlan> registered, ulong mark)
    {
        _isRetired = false;
        if (!ReferenceEquals(Active, registered))
        {
            EndService(mark);
            _activations.Add(registered);
            if (_activations.Count > _maxVersions)
            {
                _activations.RemoveAt(0);
            }
        }

        _lastServedIn[registered] = StoredVersion.StillServed;
    }

    /// <summary>Stops serving the definition. False when it was not served.</summary>
    public bool Retire(ulong mark)
    {
        bool wasServed = Served is not null;
        if (wasServed)
        {
            EndService(mark);
            _isRetired = true;
        }

        return wasServed;
    }

    /// <summary>
    /// Undoes a retirement; otherwise makes the previously active version active again. False when there was none.
    /// </summary>
    public bool RollBack(ulong mark)
    {
        if (_activations.Count < (_isRetired ? 1 : 2))
        {
            return false;
        }

        if (_isRetired)
        {
            _isRetired = false;
        }
        else
        {
            EndService(mark);
            _activations.RemoveAt(_activations.Count - 1);
        }

        _lastServedIn[Active!] = StoredVersion.StillServed;
        return true;
    }

    /// <summary>
    /// Serves only what was registered since the store was opened, the last of it as the active version. The rest stays for receipts.
    /// </summary>
    public void FollowLog(ulong mark)
    {
        EndService(mark);
        RegisteredDefinition<TPlan>[] ofBefore = [.. _versions.Where(version => !_ofThisRun.Contains(version))];
        foreach (RegisteredDefinition<TPlan> version in ofBefore)
        {
            _versions.Remove(version);
            BecomePast(version);
        }

        _activations.Clear();
        _activations.AddRange(_ofThisRun);
        _isRetired = false;
        if (Active is { } active)
        {
            _lastServedIn[active] = StoredVersion.StillServed;
        }
        else
        {
            LastRegistered = 0;
        }
    }

    /// <summary>Forgets past versions that no receipt needs any more.</summary>
    public void DropPast(Predicate<ulong> isNeeded)
    {
        foreach (RegisteredDefinition<TPlan> gone in _past.Where(past => !isNeeded(_lastServedIn[past])).ToArray())
        {
            _past.Remove(gone);
            _lastServedIn.Remove(gone);
        }
    }

    /// <summary>Whether <see cref="DropPast"/> would forget a version.</summary>
    public bool HasUnneeded(Predicate<ulong> isNeeded) => _past.Exists(past => !isNeeded(_lastServedIn[past]));

    /// <summary>Notes, when the change is seen, until when the replaced version was served: reads went on while it was stored.</summary>
    public void NoteEnded(ulong mark)
    {
        foreach (RegisteredDefinition<TPlan> version in _ended)
        {
            if (_lastServedIn.TryGetValue(version, out ulong until) && until != StoredVersion.StillServed)
            {
                _lastServedIn[version] = mark;
            }
        }

        _ended.Clear();
    }

    /// <summary>Starts a shadow of the served version. A candidate that is not data alone is not stored.</summary>
    /// <returns><c>null</c> when no version is served.</returns>
    public ShadowDefinition<TPlan>? StartShadow(EffectiveDefinition<TPlan> candidate, int every, bool hasOwnStages)
    {
        if (Served is not { } served)
        {
            return null;
        }

        bool isData = candidate.ContentHash is not null && !hasOwnStages;
        StoredShadow = isData ? new StoredShadow(candidate.Definition.ToUtf8Json(), every) : null;
        return Shadow = new ShadowDefinition<TPlan>(candidate, served.Definition, every);
    }

    /// <summary>Ends the shadow, also one that cannot run yet. False when there is none.</summary>
    public bool StopShadow()
    {
        bool hadShadow = Served is not null && (Shadow is not null || StoredShadow is not null);
        (Shadow, StoredShadow) = (null, null);
        return hadShadow;
    }

    /// <summary>Ends the shadow unless the version is served that it was started for.</summary>
    public void EndShadowUnlessServed(RegisteredDefinition<TPlan>? before)
    {
        if (before is null || Served?.Version != before.Version)
        {
            (Shadow, StoredShadow) = (null, null);
        }
    }

    /// <summary>
    /// Starts the stored shadow if it does not run. One that cannot run yet stays stored, is listed as unusable, and is tried again when
    /// code registers a version of the name.
    /// </summary>
    public void TryStartStoredShadow(Func<SequenceDefinition, TPlan> compile)
    {
        if (Shadow is not null || StoredShadow is not { } stored || Served?.KnownDefinition is not { } served)
        {
            return;
        }

        int version = 0;
        try
        {
            SequenceDefinition candidate = SequenceDefinition.Parse(stored.Json.Span);
            version = candidate.Version;
            Shadow = new ShadowDefinition<TPlan>(new EffectiveDefinition<TPlan>(candidate, compile(candidate)), served, stored.Every);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A candidate serves nobody. Whatever is wrong with it, it must not fail an opening or a registration.
            _shadowFailure = (version, $"The candidate that is compared with '{Name}' is stored but cannot run now: {error.Message}");
        }
    }

    /// <summary>The versions that can be activated and that this program can read.</summary>
    public IEnumerable<DefinitionVersion> Describe() => _versions
        .Where(version => version.KnownDefinition is not null)
        .Select(version => new DefinitionVersion(
            version.Definition, version.Form.ContentHash, version.RegisteredAt, ReferenceEquals(version, Served)));

    /// <summary>The versions that cannot be used now.</summary>
    public IEnumerable<UnusableDefinition> DescribeUnusable() => _versions
        .Select(version => (Version: version, Reason: version.FindWhyUnusable()))
        .Where(one => one.Reason is not null)
        .Select(one => new UnusableDefinition(Name, one.Version.Version, ReferenceEquals(one.Version, Served), one.Reason!))
        .Concat(StoredShadow is not null && Shadow is null && _shadowFailure.Reason is { } reason
            ? [new UnusableDefinition(Name, _shadowFailure.Version, IsActive: false, reason)]
            : []);

    /// <summary>What is kept for the next opening; <c>null</c> when that is nothing.</summary>
    public StoredHistory? ToStored()
    {
        List<RegisteredDefinition<TPlan>> versions = [.. _versions.Where(version => !_ofTheLog.Contains(version))];
        if (versions.Count == 0 && _past.Count == 0)
        {
            return null;
        }

        bool isActiveStored = Active is { } active && versions.Contains(active);
        return new StoredHistory
        {
            Name = Name,
            Owner = Owner,
            IsRetired = _isRetired,
            LastRegistered = LastRegistered,
            Versions = [.. versions.Select(FormOf)],
            Past = [.. _past.Select(FormOf)],
            Activations = [.. _activations.Select(active => versions.IndexOf(active)).Where(index => index >= 0)],
            Shadow = isActiveStored ? StoredShadow : null,
        };
    }

    private StoredVersion FormOf(RegisteredDefinition<TPlan> version) =>
        version.Form with { LastServedIn = _lastServedIn[version] };

    private void EndService(ulong mark)
    {
        if (!_isRetired && Active is { } active)
        {
            _lastServedIn[active] = mark;
            _ended.Add(active);
        }
    }

    private void BecomePast(RegisteredDefinition<TPlan> version)
    {
        // What a log brought is kept with its events, and what has no hash has no receipts.
        if (_ofTheLog.Remove(version) || version.Form.ContentHash is null)
        {
            _lastServedIn.Remove(version);
        }
        else
        {
            _past.Add(version);
        }

        _ofThisRun.Remove(version);
    }

    // Removing a version may leave the same version twice in a row, which a rollback must not count as a step.
    private void CollapseRepeats()
    {
        for (int i = _activations.Count - 1; i > 0; i--)
        {
            if (ReferenceEquals(_activations[i], _activations[i - 1]))
            {
                _activations.RemoveAt(i);
            }
        }
    }
}
