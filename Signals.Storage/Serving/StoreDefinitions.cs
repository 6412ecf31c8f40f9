using System.Diagnostics.CodeAnalysis;
using Signals.Core.Definitions;
using Signals.Core.Enrichment;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Core.Serving;
using Signals.Storage.Engine;
using Signals.Storage.Reads;

namespace Signals.Storage.Serving;

/// <summary>The sequence definitions that a store serves, by name. Each is compiled when it is registered.</summary>
/// <remarks>
/// Thread contract: any thread. Reads take the set of definitions that is in force when they begin, without a lock, and go through with it
/// whole; registering replaces the set.
/// </remarks>
public sealed class StoreDefinitions
{
    private readonly Lock _gate = new();
    private readonly StoreSchema _schema;
    private readonly SequenceReader _reader;
    private readonly TimeProvider _time;
    private volatile Dictionary<string, ServedPlan> _plans = new(StringComparer.Ordinal);

    internal StoreDefinitions(StoreSchema schema, SequenceReader reader, TimeProvider time)
    {
        _schema = schema;
        _reader = reader;
        _time = time;
    }

    /// <summary>The definitions in force, in the order of their names.</summary>
    public IReadOnlyList<SequenceDefinition> All =>
        [.. _plans.Values.Select(plan => plan.Plan.Definition).OrderBy(definition => definition.Name, StringComparer.Ordinal)];

    /// <summary>Compiles a definition for the store and serves it from now on, in place of one of the same name.</summary>
    /// <param name="definition">What to serve.</param>
    /// <param name="catalog">The enrichers and event filters that it names; null for none.</param>
    /// <param name="stages">Stages that take the place of its own; null for none.</param>
    /// <exception cref="DefinitionException">The definition is not valid in itself.</exception>
    /// <exception cref="ArgumentException">
    /// The definition names an event type, column, enricher or filter that is not there, or a column of another kind. The one in force stays.
    /// </exception>
    public void Register(SequenceDefinition definition, EnrichmentCatalog? catalog = null, SequenceStages? stages = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        SequencePlan plan = PlanCompiler.Compile(definition, _schema, catalog ?? new EnrichmentCatalog(), stages ?? SequenceStages.Default);
        SequenceQuery query = new SequenceQueryBuilder(_schema, Array.ConvertAll(plan.Types, type => type.Name))
            .Columns([.. plan.FetchedNames]).Build();
        ServedPlan served = new(plan, _reader, query, _time);
        lock (_gate)
        {
            _plans = new Dictionary<string, ServedPlan>(_plans, StringComparer.Ordinal) { [definition.Name] = served };
        }
    }

    /// <summary>Serves a definition no longer; false when there is none of the name. Answers that are held stay valid.</summary>
    public bool Remove(string name)
    {
        lock (_gate)
        {
            Dictionary<string, ServedPlan> rest = new(_plans, StringComparer.Ordinal);
            bool found = rest.Remove(name);
            _plans = rest;
            return found;
        }
    }

    /// <summary>The definition of a name that is in force.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SequenceDefinition? definition)
    {
        definition = _plans.TryGetValue(name, out ServedPlan? plan) ? plan.Plan.Definition : null;
        return definition is not null;
    }

    internal ServedSequence Read(in UserId user, string name, in ReadOptions options) => Find(name).Read(user, options);

    internal void ReadTensors(ReadOnlySpan<UserId> users, string name, TensorSet destination, in ReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Find(name).ReadTensors(users, destination, options);
    }

    private ServedPlan Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Dictionary<string, ServedPlan> plans = _plans;
        return plans.TryGetValue(name, out ServedPlan? plan) ? plan : throw new UnknownDefinitionException(name, plans.Keys);
    }
}
