using System.Diagnostics.CodeAnalysis;
using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// The definitions that are served, by name. They are registered, replaced and rolled back while reads go on: a read takes one
/// snapshot and so sees one version as a whole.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A lookup is one volatile read and one hash probe, without a lock or an allocation. Changes run
/// one after the other. A change compiles the definition before it modifies anything, so a definition that cannot be compiled
/// changes nothing.
/// Invariants: the content of a version number never changes; the owner of a definition never changes.
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
    private readonly Lock _changing = new();

    // Protected by _changing.
    private readonly Dictionary<string, DefinitionHistory<TPlan>> _histories = new(StringComparer.Ordinal);

    // Replaced as a whole under the lock and never changed afterwards. Read without the lock.
    private volatile Dictionary<string, RegisteredDefinition<TPlan>> _served = new(StringComparer.Ordinal);

    /// <summary>Creates an empty registry.</summary>
    /// <param name="compile">
    /// Validates a definition against the store and compiles it. Its exceptions are passed on to the caller.
    /// </param>
    /// <param name="options">The limits; the defaults when left out.</param>
    /// <param name="time">The clock for registration times; the system's when left out.</param>
    public DefinitionRegistry(Func<SequenceDefinition, TPlan> compile, DefinitionRegistryOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(compile);
        _compile = compile;
        _options = options ?? new DefinitionRegistryOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
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
    public bool TryFind(UInt128 contentHash, [NotNullWhen(true)] out EffectiveDefinition<TPlan>? effective) =>
        TryFind(hash => hash == contentHash, out effective);

    /// <summary>As <see cref="TryFind(UInt128, out EffectiveDefinition{TPlan})"/>, by the first 64 bits of the hash.</summary>
    internal bool TryFind(ulong hashPrefix, [NotNullWhen(true)] out EffectiveDefinition<TPlan>? effective) =>
        TryFind(hash => hash is { } whole && (ulong)(whole >> 64) == hashPrefix, out effective);

    private bool TryFind(Predicate<UInt128?> matches, [NotNullWhen(true)] out EffectiveDefinition<TPlan>? effective)
    {
        lock (_changing)
        {
            effective = _histories.Values
                .SelectMany(history => history.Versions)
                .Select(version => version.Find(matches))
                .FirstOrDefault(found => found is not null);
        }

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
    public void Register(SequenceDefinition definition) => Register(definition, _compile, isCompiledAnew: false);

    /// <summary>
    /// Registers a version with a compiler of its own. When the same version is registered with the same content, the new one
    /// replaces it, because its compiler may produce another plan.
    /// </summary>
    /// <exception cref="DefinitionException">As in <see cref="Register(SequenceDefinition)"/>.</exception>
    internal void Register(SequenceDefinition definition, Func<SequenceDefinition, TPlan> compile) =>
        Register(definition, compile, isCompiledAnew: true);

    /// <summary>Makes a kept version the active one, even when the definition is retired.</summary>
    /// <returns>False when the definition or the version is unknown.</returns>
    public bool Activate(string name, int version)
    {
        lock (_changing)
        {
            if (!_histories.TryGetValue(name, out DefinitionHistory<TPlan>? history) || history.Find(version) is not { } registered)
            {
                return false;
            }

            history.Activate(registered);
            PublishLocked();
            return true;
        }
    }

    /// <summary>
    /// Makes the previously active version active again. After a <see cref="Retire"/> it serves the retired version again.
    /// </summary>
    /// <returns>False when the definition is unknown or no other version was active before.</returns>
    public bool RollBack(string name)
    {
        lock (_changing)
        {
            bool isDone = _histories.TryGetValue(name, out DefinitionHistory<TPlan>? history) && history.RollBack();
            PublishLocked();
            return isDone;
        }
    }

    /// <summary>
    /// Stops serving a definition but keeps its versions. They can still be found by their hashes, and registering, activating or
    /// rolling back serves the definition again.
    /// </summary>
    /// <returns>False when the definition was not served.</returns>
    public bool Retire(string name)
    {
        lock (_changing)
        {
            bool isDone = _histories.TryGetValue(name, out DefinitionHistory<TPlan>? history) && history.Retire();
            PublishLocked();
            return isDone;
        }
    }

    /// <summary>Removes a definition with all its versions. Reads that hold a version go on with it.</summary>
    /// <returns>False when the definition is unknown.</returns>
    public bool Remove(string name)
    {
        lock (_changing)
        {
            bool isDone = _histories.Remove(name);
            PublishLocked();
            return isDone;
        }
    }

    /// <summary>The kept versions of a definition in the order of their registration. Empty for an unknown name.</summary>
    public IReadOnlyList<DefinitionVersion> Versions(string name)
    {
        lock (_changing)
        {
            return _histories.TryGetValue(name, out DefinitionHistory<TPlan>? history)
                ? [.. history.Versions.Select(version => new DefinitionVersion(
                    version.Definition, version.Default.ContentHash, version.RegisteredAt, ReferenceEquals(version, history.Served)))]
                : [];
        }
    }

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
        StartShadow(name, candidate, every, _compile);

    /// <summary>Ends the shadow of the active version.</summary>
    /// <returns>False when the version has no shadow.</returns>
    public bool StopShadow(string name)
    {
        lock (_changing)
        {
            if (!TryGet(name, out RegisteredDefinition<TPlan>? registered) || registered.Shadow is null)
            {
                return false;
            }

            registered.Shadow = null;
            return true;
        }
    }

    /// <summary>As <see cref="StartShadow(string, SequenceDefinition, int)"/>, with a compiler for the candidate.</summary>
    internal ShadowDefinition<TPlan>? StartShadow(
        string name, SequenceDefinition candidate, int every, Func<SequenceDefinition, TPlan> compile)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(every);
        candidate.Check();
        TPlan plan = compile(candidate);
        lock (_changing)
        {
            if (!TryGet(name, out RegisteredDefinition<TPlan>? registered))
            {
                return null;
            }

            return registered.Shadow =
                new ShadowDefinition<TPlan>(new EffectiveDefinition<TPlan>(candidate, plan), registered.Definition, every);
        }
    }

    private static DefinitionException Refused(SequenceDefinition definition, string key, string message) =>
        new($"The definition '{definition.Name}' was not registered", [new DefinitionError("$." + key, message)]);

    private void Register(SequenceDefinition definition, Func<SequenceDefinition, TPlan> compile, bool isCompiledAnew)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        var registered = new RegisteredDefinition<TPlan>(definition, compile, _options.MaxVariants, _time.GetUtcNow());
        lock (_changing)
        {
            DefinitionHistory<TPlan> history = HistoryLocked(definition);
            if (history.Find(definition.Version) is not { } same)
            {
                history.Add(registered);
            }
            else if (same.Definition != definition)
            {
                throw Refused(
                    definition,
                    "version",
                    $"version {definition.Version} is registered with other content; give the changed definition another version");
            }
            else if (isCompiledAnew)
            {
                history.Replace(same, registered);
            }
            else
            {
                history.Activate(same);
            }

            PublishLocked();
        }
    }

    private DefinitionHistory<TPlan> HistoryLocked(SequenceDefinition definition)
    {
        if (_histories.TryGetValue(definition.Name, out DefinitionHistory<TPlan>? history))
        {
            string owner = history.Active.Definition.Owner;
            return owner == definition.Owner
                ? history
                : throw Refused(definition, "owner", $"'{definition.Name}' belongs to '{owner}', not to '{definition.Owner}'");
        }

        int owned = _histories.Values.Count(other => other.Active.Definition.Owner == definition.Owner);
        if (owned >= _options.MaxDefinitionsPerOwner)
        {
            throw Refused(definition, "owner", $"'{definition.Owner}' already has {owned} definitions, the largest number allowed");
        }

        history = new DefinitionHistory<TPlan>(_options.MaxVersions);
        _histories.Add(definition.Name, history);
        return history;
    }

    private void PublishLocked()
    {
        Dictionary<string, RegisteredDefinition<TPlan>> served = new(StringComparer.Ordinal);
        foreach ((string name, DefinitionHistory<TPlan> history) in _histories)
        {
            if (history.Served is { } active)
            {
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
