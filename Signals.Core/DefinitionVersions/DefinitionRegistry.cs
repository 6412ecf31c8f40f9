using System.Diagnostics.CodeAnalysis;
using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// The definitions that are served, by name. They are registered, replaced and rolled back while reads go on: a read takes one
/// snapshot and so sees one version as a whole.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A lookup is one volatile read and one hash probe, without a lock or an allocation. Changes run
/// one after the other. A change compiles the definition and hands the result to the keeper before it modifies anything, so a
/// definition that cannot be compiled or kept changes nothing.
/// Invariants: the content of a version number never changes; the owner of a definition never changes; what is served was kept.
/// </remarks>
/// <typeparam name="TPlan">
/// The compiled form of a definition. All reads of a version share it, so it must be safe for any thread.
/// </typeparam>
internal sealed class DefinitionRegistry<TPlan>
    where TPlan : class
{
    private readonly Func<SequenceDefinition, TPlan> _compile;
    private readonly DefinitionRegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly IDefinitionKeeper _keeper;
    private readonly Lock _changing = new();

    // Protected by _changing.
    private bool _followsLog;

    // Replaced as wholes under the lock and never changed afterwards. Read without the lock.
    private volatile Dictionary<string, DefinitionHistory<TPlan>> _histories = new(StringComparer.Ordinal);
    private volatile Dictionary<string, RegisteredDefinition<TPlan>> _served = new(StringComparer.Ordinal);

    /// <summary>Creates a registry with what its keeper kept.</summary>
    /// <param name="compile">
    /// Validates a definition against the store and compiles it. Its exceptions are passed on to the caller.
    /// </param>
    /// <param name="options">The limits; the defaults when left out.</param>
    /// <param name="time">The clock for registration times; the system's when left out.</param>
    /// <param name="keeper">Keeps the registry from one opening of a store to the next; nothing is kept when left out.</param>
    public DefinitionRegistry(
        Func<SequenceDefinition, TPlan> compile,
        DefinitionRegistryOptions? options = null,
        TimeProvider? time = null,
        IDefinitionKeeper? keeper = null)
    {
        ArgumentNullException.ThrowIfNull(compile);
        _compile = compile;
        _options = options ?? new DefinitionRegistryOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
        _keeper = keeper ?? NothingKept.Instance;
        foreach (StoredHistory stored in _keeper.Kept)
        {
            DefinitionHistory<TPlan> history = new(stored, _options.MaxVersions, form => new RegisteredDefinition<TPlan>(
                new StoredDefinition(stored.Name, form), compile, _options.MaxVariants));
            history.TryStartStoredShadow(compile);
            _histories.Add(stored.Name, history);
        }

        PublishLocked();
    }

    /// <summary>The names that are served now, in no particular order.</summary>
    public IReadOnlyCollection<string> Names => _served.Keys;

    /// <summary>Finds the active version of a definition. False for an unknown name and for a retired definition.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out RegisteredDefinition<TPlan>? registered) =>
        _served.TryGetValue(name, out registered);

    /// <summary>
    /// Finds a version, or a kept set of overrides of one, by the hash of its content, as a receipt needs it. It also finds
    /// retired and replaced versions, as long as they are kept.
    /// </summary>
    /// <exception cref="DefinitionException">The version is stored but cannot be used now.</exception>
    public bool TryFind(UInt128 contentHash, [NotNullWhen(true)] out EffectiveDefinition<TPlan>? effective) =>
        TryFind(hash => hash == contentHash, out effective);

    /// <summary>As <see cref="TryFind(UInt128, out EffectiveDefinition{TPlan})"/>, by the first 64 bits of the hash.</summary>
    internal bool TryFind(ulong hashPrefix, [NotNullWhen(true)] out EffectiveDefinition<TPlan>? effective) =>
        TryFind(hash => hash is { } whole && (ulong)(whole >> 64) == hashPrefix, out effective);

    /// <summary>
    /// As <see cref="TryFind(UInt128, out EffectiveDefinition{TPlan})"/>, for the definition alone: it is also found when the version
    /// cannot be used now.
    /// </summary>
    public bool TryFindDefinition(UInt128 contentHash, [NotNullWhen(true)] out SequenceDefinition? definition)
    {
        definition = _histories.All()
            .Select(version => version.FindDefinition(contentHash))
            .FirstOrDefault(found => found is not null);
        return definition is not null;
    }

    private bool TryFind(Predicate<UInt128?> matches, [NotNullWhen(true)] out EffectiveDefinition<TPlan>? effective)
    {
        effective = _histories.All().Select(version => version.Find(matches)).FirstOrDefault(found => found is not null);
        return effective is not null;
    }

    /// <summary>
    /// Registers a version and makes it the active one. When the same version is registered with the same content, it is only
    /// made active.
    /// </summary>
    /// <exception cref="DefinitionException">
    /// The definition is invalid, its version number has other content, the name belongs to another owner, or the owner has too
    /// many definitions.
    /// </exception>
    public void Register(SequenceDefinition definition) => Register(definition, _compile);

    /// <summary>
    /// Registers a version with a compiler of its own. When the same version is registered with the same content, the new one
    /// replaces it, because its compiler may produce another plan.
    /// </summary>
    /// <exception cref="DefinitionException">As in <see cref="Register(SequenceDefinition)"/>.</exception>
    internal void Register(SequenceDefinition definition, Func<SequenceDefinition, TPlan> compile) =>
        Register(definition, new RegistrationCode<TPlan>(compile, compile, HasOwnStages: false));

    /// <summary>
    /// As <see cref="Register(SequenceDefinition, Func{SequenceDefinition, TPlan})"/>. The first time since the opening that code
    /// registers the version that it registered last before, nothing changes except the plan: what was activated, rolled back or
    /// retired since stays so.
    /// </summary>
    /// <param name="definition">The definition.</param>
    /// <param name="code">What the caller brings along.</param>
    /// <param name="origin">Who registers it. What a log brought, the log keeps, and not the keeper.</param>
    /// <exception cref="DefinitionException">As in <see cref="Register(SequenceDefinition)"/>.</exception>
    internal void Register(SequenceDefinition definition, RegistrationCode<TPlan> code, RegistrationOrigin origin = RegistrationOrigin.Code)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        RegisteredDefinition<TPlan> registered = new(definition, code, _options.MaxVariants, _time.GetUtcNow());
        lock (_changing)
        {
            DefinitionHistory<TPlan> history = CopyLocked(definition, origin);
            RegisteredDefinition<TPlan>? same = history.Find(definition.Version);
            if ((same ?? (_followsLog ? null : history.FindPast(definition.Version))) is { } other && !other.HasContentOf(definition))
            {
                throw RegistrationRefusals.OtherContent(definition, other.RegisteredAt, history.NextFreeNumber);
            }

            if (same is null)
            {
                history.Add(registered, _keeper.Mark);
            }
            else
            {
                registered.KeepTimeOf(same);
                history.Replace(same, registered);
                bool isRepeatedByCode = origin == RegistrationOrigin.Code && !_followsLog && !same.IsOfThisRun
                    && definition.Version == history.LastRegistered;
                if (!isRepeatedByCode)
                {
                    history.Activate(registered, _keeper.Mark);
                }
            }

            history.Note(registered, origin);
            history.MakeRoom();
            CommitLocked(history, code.CompileOthers);
            foreach (RegisteredDefinition<TPlan> version in history.Versions.Concat(history.Past))
            {
                version.CompileWith(code.CompileOthers);
            }
        }
    }

    /// <summary>Makes a kept version the active one, even when the definition is retired.</summary>
    /// <returns>False when the definition or the version is unknown.</returns>
    /// <exception cref="DefinitionException">The version is stored but cannot be used now.</exception>
    public bool Activate(string name, int version) => Change(name, (history, mark) =>
    {
        if (history.Find(version) is not { } registered)
        {
            return false;
        }

        _ = registered.Default;
        history.Activate(registered, mark);
        return true;
    });

    /// <summary>
    /// Makes the previously active version active again. After a <see cref="Retire"/> it serves the retired version again.
    /// </summary>
    /// <returns>False when the definition is unknown or no other version was active before.</returns>
    /// <exception cref="DefinitionException">The version is stored but cannot be used now.</exception>
    public bool RollBack(string name) => Change(name, (history, mark) =>
    {
        bool isDone = history.RollBack(mark);
        _ = isDone ? history.Active!.Default : null;
        return isDone;
    });

    /// <summary>
    /// Stops serving a definition but keeps its versions. They can still be found by their hashes, and registering, activating or
    /// rolling back serves the definition again.
    /// </summary>
    /// <returns>False when the definition was not served.</returns>
    public bool Retire(string name) => Change(name, (history, mark) => history.Retire(mark));

    /// <summary>Removes a definition with all its versions. Reads that hold a version go on with it.</summary>
    /// <returns>False when the definition is unknown.</returns>
    public bool Remove(string name)
    {
        lock (_changing)
        {
            if (!_histories.ContainsKey(name))
            {
                return false;
            }

            InstallLocked(_histories.Without(name, _keeper.IsNeeded));
            return true;
        }
    }

    /// <summary>
    /// Serves from now on only what was registered since the opening, and lets nothing else refuse a registration. The rest is kept for
    /// receipts. It stores nothing.
    /// </summary>
    public void FollowLog()
    {
        lock (_changing)
        {
            if (_followsLog)
            {
                return;
            }

            _followsLog = true;
            Dictionary<string, DefinitionHistory<TPlan>> all = new(StringComparer.Ordinal);
            foreach ((string name, DefinitionHistory<TPlan> before) in _histories)
            {
                DefinitionHistory<TPlan> history = before.Copy();
                history.FollowLog(_keeper.Mark);
                history.EndShadowUnlessServed(before.Served);
                all.Add(name, history);
            }

            _histories = all;
            PublishLocked();
        }
    }

    /// <summary>The kept versions of a definition that this program can read, in the order of their registration.</summary>
    public IReadOnlyList<DefinitionVersion> Versions(string name) =>
        _histories.TryGetValue(name, out DefinitionHistory<TPlan>? history) ? [.. history.Describe()] : [];

    /// <summary>
    /// The stored versions that cannot be used now, by name and in the order of their registration, each name with its stored shadow
    /// last.
    /// </summary>
    public IReadOnlyList<UnusableDefinition> Unusable() =>
        [.. _histories.Values.OrderBy(history => history.Name, StringComparer.Ordinal).SelectMany(history => history.DescribeUnusable())];

    /// <summary>
    /// Runs another definition in the shadow of the active version, on a sample of its reads, until the active version is
    /// replaced.
    /// </summary>
    /// <param name="name">The name of the served definition.</param>
    /// <param name="candidate">The definition to compare with. It need not be registered.</param>
    /// <param name="every">1 samples every read, n samples one read in n.</param>
    /// <returns>The shadow, which counts the differences; <c>null</c> when the name is not served.</returns>
    /// <exception cref="DefinitionException">The candidate is invalid.</exception>
    public ShadowDefinition<TPlan>? StartShadow(string name, SequenceDefinition candidate, int every) =>
        StartShadow(name, candidate, every, new RegistrationCode<TPlan>(_compile, _compile, HasOwnStages: false));

    /// <summary>Ends the shadow of the active version.</summary>
    /// <returns>False when the version has no shadow.</returns>
    public bool StopShadow(string name) => Change(name, (history, _) => history.StopShadow());

    /// <summary>
    /// As <see cref="StartShadow(string, SequenceDefinition, int)"/>, with a compiler for the candidate. A candidate that is not data
    /// alone is not kept from one opening to the next.
    /// </summary>
    internal ShadowDefinition<TPlan>? StartShadow(
        string name, SequenceDefinition candidate, int every, RegistrationCode<TPlan> code)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(every);
        candidate.Check();
        EffectiveDefinition<TPlan> effective = new(candidate, code.Compile(candidate));
        ShadowDefinition<TPlan>? shadow = null;
        Change(name, (history, _) =>
        {
            shadow = history.StartShadow(effective, every, code.HasOwnStages);
            return shadow is not null;
        });
        return shadow;
    }

    private bool Change(string name, Func<DefinitionHistory<TPlan>, ulong, bool> change)
    {
        lock (_changing)
        {
            if (!_histories.TryGetValue(name, out DefinitionHistory<TPlan>? before))
            {
                return false;
            }

            DefinitionHistory<TPlan> history = before.Copy();
            if (!change(history, _keeper.Mark))
            {
                return false;
            }

            CommitLocked(history);
            return true;
        }
    }

    /// <summary>A copy of the history that a registration changes, or a new one.</summary>
    private DefinitionHistory<TPlan> CopyLocked(SequenceDefinition definition, RegistrationOrigin origin)
    {
        DefinitionHistory<TPlan>? history = _histories.TryGetValue(definition.Name, out DefinitionHistory<TPlan>? before)
            ? before.Copy()
            : null;
        if (history?.Versions.Count > 0)
        {
            return history.Owner == definition.Owner
                ? history
                : throw RegistrationRefusals.OtherOwner(definition, history.Owner);
        }

        // A program that gives its definitions new names over the years must not fail at a start because of the old ones.
        int owned = _histories.Values.Count(other => other.Owner == definition.Owner
            && (origin == RegistrationOrigin.Operator ? other.Versions.Count > 0 : other.IsOfThisRun));
        if (owned >= _options.MaxDefinitionsPerOwner)
        {
            throw RegistrationRefusals.TooManyNames(definition, owned);
        }

        history ??= new DefinitionHistory<TPlan>(definition.Name, definition.Owner, _options.MaxVersions);
        history.Owner = definition.Owner;
        return history;
    }

    private void CommitLocked(DefinitionHistory<TPlan> history, Func<SequenceDefinition, TPlan>? compileShadow = null)
    {
        _histories.TryGetValue(history.Name, out DefinitionHistory<TPlan>? before);
        history.EndShadowUnlessServed(before?.Served);
        if (compileShadow is not null)
        {
            history.TryStartStoredShadow(compileShadow);
        }

        history.DropPast(_keeper.IsNeeded);
        if (history.Past.Count > Math.Max(DefinitionHistory<TPlan>.MostPast, before?.Past.Count ?? 0))
        {
            throw RegistrationRefusals.TooManyPast(history.Name, DefinitionHistory<TPlan>.MostPast);
        }

        Dictionary<string, DefinitionHistory<TPlan>> all = _histories.Without(history.Name, _keeper.IsNeeded);
        all.Add(history.Name, history);
        InstallLocked(all);
        history.NoteEnded(_keeper.Mark);
    }

    private void InstallLocked(Dictionary<string, DefinitionHistory<TPlan>> all)
    {
        _keeper.Keep(all.ToStored());
        _histories = all;
        PublishLocked();
    }

    private void PublishLocked()
    {
        Dictionary<string, RegisteredDefinition<TPlan>> served = new(StringComparer.Ordinal);
        foreach ((string name, DefinitionHistory<TPlan> history) in _histories)
        {
            if (history.Served is { } active)
            {
                active.Shadow = history.Shadow;
                served.Add(name, active);
            }
        }

        foreach ((string name, RegisteredDefinition<TPlan> before) in _served)
        {
            if (!served.TryGetValue(name, out RegisteredDefinition<TPlan>? now) || !ReferenceEquals(now, before))
            {
                before.Shadow = null;
            }
        }

        _served = served;
    }
}
