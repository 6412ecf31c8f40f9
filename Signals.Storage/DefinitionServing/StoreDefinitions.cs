using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Signals.Core.DefinitionVersions;
using Signals.Core.Placement;
using Signals.Core.Serving;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Storage.DefinitionServing;
using Signals.Storage.Engine;
using Signals.Storage.Engine.Reading;

namespace Signals.Serving;

/// <summary>
/// The sequence definitions that a store serves, by name: their versions, one of which is active, and the plans that they were
/// compiled to when they were registered. The last 16 versions of a name can be activated, and an owner has at most 256 names. Earlier
/// versions are kept as long as the store can rebuild receipts of them.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A read takes the active version with one volatile read when it begins, without a lock, and uses
/// that version to its end. Changes are serialised; each one is stored durably with the store before it is seen, and one that cannot be
/// stored changes nothing. An opening of the store reads what is stored. A definition with an enricher, an event filter, stages or a
/// condition in the host's code can be used when code has registered it since. Lifetime: that of the store.
/// </remarks>
public sealed partial class StoreDefinitions
{
    private readonly StoreSchema _schema;
    private readonly SequenceReader _reader;
    private readonly TimeProvider _time;
    private readonly TenantRegistry _tenants;
    private readonly DefinitionRegistry<ServedPlan> _registry;
    private readonly ShadowReads _shadows;
    private readonly EnricherGauges _gauges;

    internal StoreDefinitions(
        StoreEngine engine, TenantRegistry tenants, ShadowReads shadows, EnricherGauges gauges, IDefinitionKeeper keeper)
    {
        _gauges = gauges;
        _shadows = shadows;
        _schema = engine.Schema;
        _reader = engine.Reader;
        _tenants = tenants;
        _time = engine.Time;
        _registry = new DefinitionRegistry<ServedPlan>(
            definition => Compile(definition, new EnrichmentCatalog(), SequenceStages.Default), options: null, _time, keeper);
    }

    /// <summary>The store's schema.</summary>
    internal StoreSchema Schema => _schema;

    /// <summary>The definitions that are served, each in its active version, in the order of their names.</summary>
    public IReadOnlyList<SequenceDefinition> All
    {
        get
        {
            List<SequenceDefinition> all = [];
            foreach (string name in _registry.Names.Order(StringComparer.Ordinal))
            {
                if (TryGet(name, out SequenceDefinition? definition))
                {
                    all.Add(definition);
                }
            }

            return all;
        }
    }

    /// <summary>
    /// Compiles a version of a definition for the store and makes it the active one. If the same version with the same content is
    /// registered again, it is compiled again, with the catalog and the stages of this call. The first time since the opening that the
    /// version is registered that was registered last before, nothing else changes and nothing is written: what was activated, rolled
    /// back or retired since then stays so.
    /// </summary>
    /// <param name="definition">The definition to serve.</param>
    /// <param name="catalog">The enrichers and event filters that it names; null for none.</param>
    /// <param name="stages">Stages that replace the definition's own; null for none.</param>
    /// <exception cref="DefinitionException">
    /// The definition is invalid in itself or for this store (every error is named with its path), its version is registered with
    /// other content, the name belongs to another owner, or the owner has reached its limit. What is served does not change.
    /// </exception>
    /// <exception cref="FileOperationException">The disk refused the write. What is served does not change.</exception>
    /// <exception cref="StorePoisonedException">The store failed earlier. What is served does not change.</exception>
    public void Register(SequenceDefinition definition, EnrichmentCatalog? catalog = null, SequenceStages? stages = null) =>
        _registry.Register(definition, CodeOf(catalog, stages));

    /// <summary>
    /// As <see cref="Register"/>, for a definition that a person registers while the program runs. It stays active when the program
    /// registers its own version after the next opening, until the program registers another one.
    /// </summary>
    /// <param name="definition">The definition to serve.</param>
    /// <param name="catalog">The enrichers and event filters that it names; null for none.</param>
    /// <param name="stages">Stages that replace the definition's own; null for none.</param>
    /// <exception cref="DefinitionException">As in <see cref="Register"/>.</exception>
    /// <exception cref="FileOperationException">The disk refused the write. What is served does not change.</exception>
    public void RegisterByOperator(SequenceDefinition definition, EnrichmentCatalog? catalog = null, SequenceStages? stages = null) =>
        _registry.Register(definition, CodeOf(catalog, stages), RegistrationOrigin.Operator);

    /// <summary>
    /// Registers a definition that a log brought. It is not stored: whoever follows the log registers it again after an opening.
    /// </summary>
    /// <param name="definition">The definition to serve.</param>
    /// <param name="catalog">The enrichers and event filters that it names; null for none.</param>
    /// <exception cref="DefinitionException">As in <see cref="Register"/>.</exception>
    public void RegisterFromLog(SequenceDefinition definition, EnrichmentCatalog? catalog = null) =>
        _registry.Register(definition, CodeOf(catalog, stages: null), RegistrationOrigin.Log);

    /// <summary>
    /// Serves from now on only what was registered since the opening, by code and from a log, with the version that was registered last
    /// as the active one. Stored versions that were not registered again stay for receipts. So two stores that follow the same log serve
    /// the same, whatever their files hold. Call it right after the opening, before code registers its own: until then a stored version
    /// of an earlier run may refuse a registration. A second call does nothing.
    /// </summary>
    public void FollowLog() => _registry.FollowLog();

    /// <summary>Makes a kept version the active one. This also works for a retired definition.</summary>
    /// <returns>False when the definition or the version is unknown.</returns>
    /// <exception cref="DefinitionException">The version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="FileOperationException">The disk refused the write. What is served does not change.</exception>
    public bool Activate(string name, int version) => _registry.Activate(name, version);

    /// <summary>
    /// Makes the version active that was active before the current one. After <see cref="Retire"/> it is the version that was
    /// retired.
    /// </summary>
    /// <returns>False when the definition is unknown or no other version was active before.</returns>
    /// <exception cref="DefinitionException">The version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="FileOperationException">The disk refused the write. What is served does not change.</exception>
    public bool RollBack(string name) => _registry.RollBack(name);

    /// <summary>
    /// Stops serving a definition, but keeps its versions. They can still be found by their hashes, and registering, activating
    /// or rolling back serves the definition again. Answers that callers hold stay valid.
    /// </summary>
    /// <returns>False when the definition is not served.</returns>
    /// <exception cref="FileOperationException">The disk refused the write. What is served does not change.</exception>
    public bool Retire(string name) => _registry.Retire(name);

    /// <summary>
    /// Forgets a definition with all its versions, also those that receipts need. Answers that callers hold stay valid.
    /// </summary>
    /// <returns>False when the definition is unknown.</returns>
    /// <exception cref="FileOperationException">The disk refused the write. What is served does not change.</exception>
    public bool Remove(string name) => _registry.Remove(name);

    /// <summary>
    /// The kept versions of a definition in the order of their registration; none for an unknown name. A stored version that this program
    /// cannot read is not among them, but in <see cref="GetUnusable"/>.
    /// </summary>
    public IReadOnlyList<DefinitionVersion> GetVersions(string name) => _registry.Versions(name);

    /// <summary>
    /// The stored versions that cannot be used now, with the reason: they do not fit the store, or code has to register them because they
    /// name enrichers or event filters, or have stages or conditions in the host's code. It tries to compile each stored version. A stored
    /// shadow that cannot run is among them, as a version that is not active.
    /// </summary>
    public IReadOnlyList<UnusableDefinition> GetUnusable() => _registry.Unusable();

    /// <summary>Finds the active version of a definition. False for an unknown name and for a retired definition.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SequenceDefinition? definition)
    {
        definition = _registry.TryGet(name, out RegisteredDefinition<ServedPlan>? registered) ? registered.KnownDefinition : null;
        return definition is not null;
    }

    /// <summary>
    /// Finds a definition by the hash of its content. It finds a kept version, including those of retired definitions, or a
    /// definition that a request's overrides made, as long as it is kept (the last 64 of each version).
    /// </summary>
    public bool TryFind(UInt128 contentHash, [NotNullWhen(true)] out SequenceDefinition? definition) =>
        _registry.TryFindDefinition(contentHash, out definition);

    /// <summary>
    /// The shapes of the tensors of the definition that serves a name now, then that of its mask if it has one; empty when it describes
    /// no tensors.
    /// </summary>
    /// <param name="name">The name that the definition is registered under.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    public IReadOnlyList<TensorDescription> TensorsOf(string name) => Find(name, []).Plan.TensorShapes;

    /// <summary>
    /// How many elements each row of a tensor has in the active version of a definition. Padded memory for it has users x N x width
    /// elements, where N is the definition's size; a mask has no width.
    /// </summary>
    /// <param name="name">The definition's name.</param>
    /// <param name="tensor">The tensor's name.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="ArgumentException">The definition has no such tensor; the message lists those that it has.</exception>
    public int GetTensorWidth(string name, string tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        SequencePlan plan = Find(name, []).Plan;
        return plan.FindTensor(tensor)?.Width ?? throw new ArgumentException(
            $"The definition '{name}' has no tensor '{tensor}'; it has: {string.Join(", ", plan.Tensors.Select(t => t.Name))}.",
            nameof(tensor));
    }

    /// <remarks>Never inlined, for the sake of the caller's loop, as the read by query of <see cref="SequenceReader"/>.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ServedSequence Read(in UserId user, string name, ReadOnlySpan<ParameterOverride> overrides, in ReadOptions options)
    {
        RegisteredDefinition<ServedPlan> registered = Find(name);
        ServedPlan plan = registered.Resolve(overrides).Plan;
        ServedSequence answer = _tenants.TryGet(plan.Plan.Definition.Owner, out Tenant? tenant)
            ? TenantRead.Read(tenant, plan, user, options)
            : plan.Read(user, options);
        if (ShadowOf(registered, overrides, options) is { } shadow)
        {
            _shadows.Sample(shadow, plan, user, answer.NowMs);
        }

        return answer;
    }

    internal void ReadTensors(
        ReadOnlySpan<UserId> users, string name, TensorSet destination, ReadOnlySpan<ParameterOverride> overrides, in ReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(destination);
        RegisteredDefinition<ServedPlan> registered = Find(name);
        ServedPlan plan = registered.Resolve(overrides).Plan;
        if (_tenants.TryGet(plan.Plan.Definition.Owner, out Tenant? tenant))
        {
            TenantRead.ReadTensors(tenant, plan, users, destination, options);
        }
        else
        {
            plan.ReadTensors(users, destination, options);
        }

        if (ShadowOf(registered, overrides, options) is { } shadow)
        {
            long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (ref readonly UserId user in users)
            {
                _shadows.Sample(shadow, plan, user, now);
            }
        }
    }

    /// <summary>
    /// The plan of a definition by the first 64 bits of its content hash, which a receipt holds; null when no such definition is
    /// kept, or when it cannot be used before code registers it.
    /// </summary>
    internal ServedPlan? Find(ulong hashPrefix)
    {
        try
        {
            return _registry.TryFind(hashPrefix, out EffectiveDefinition<ServedPlan>? effective) ? effective.Plan : null;
        }
        catch (DefinitionException)
        {
            return null; // GetUnusable says why
        }
    }

    /// <summary>The plan that currently serves a name.</summary>
    /// <exception cref="UnknownDefinitionException">No definition is served under this name.</exception>
    internal ServedPlan Find(string name, ReadOnlySpan<ParameterOverride> overrides) => Find(name).Resolve(overrides).Plan;

    private static ShadowDefinition<ServedPlan>? ShadowOf(
        RegisteredDefinition<ServedPlan> registered, ReadOnlySpan<ParameterOverride> overrides, in ReadOptions options) =>
        overrides.IsEmpty && options.AsOf is null ? registered.Shadow : null;

    private RegisteredDefinition<ServedPlan> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _registry.TryGet(name, out RegisteredDefinition<ServedPlan>? registered)
            ? registered
            : throw new UnknownDefinitionException(name, _registry.Names);
    }

    private RegistrationCode<ServedPlan> CodeOf(EnrichmentCatalog? catalog, SequenceStages? stages)
    {
        EnrichmentCatalog known = catalog ?? new EnrichmentCatalog();
        return new RegistrationCode<ServedPlan>(
            definition => Compile(definition, known, stages ?? SequenceStages.Default),
            definition => Compile(definition, known, SequenceStages.Default),
            HasOwnStages: stages is not null && stages != SequenceStages.Default);
    }

    private ServedPlan Compile(SequenceDefinition definition, EnrichmentCatalog catalog, SequenceStages stages)
    {
        definition.Validate(_schema, catalog);
        SequencePlan plan = Plan(definition, catalog, stages);
        SequenceQuery query = new SequenceQueryBuilder(_schema, Array.ConvertAll(plan.Types, type => type.Name))
            .Columns([.. plan.FetchedNames]).Early(plan.Layout.Early).Build();
        return new ServedPlan(plan, _reader, query, ReceiptMaker.For(plan, catalog), _time);
    }

    private SequencePlan Plan(SequenceDefinition definition, EnrichmentCatalog catalog, SequenceStages stages)
    {
        try
        {
            return PlanCompiler.Compile(definition, _schema, catalog, stages, _gauges);
        }
        catch (ArgumentException error)
        {
            throw new DefinitionException(
                $"The definition '{definition.Name}' cannot be compiled",
                [new DefinitionError("$", error.Message)],
                error);
        }
    }
}
