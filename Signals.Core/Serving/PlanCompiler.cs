using Signals.Core.Definitions;
using Signals.Core.Definitions.Tensors;
using Signals.Core.Enrichment;
using Signals.Core.Placement;
using Signals.Core.Serving.Features;
using Signals.Core.Serving.Filtering;
using Signals.Core.Serving.Rows;
using Signals.Core.Serving.Sizing;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>Compiles a definition for a schema.</summary>
/// <remarks>Thread contract: one thread; for one plan.</remarks>
internal sealed class PlanCompiler
{
    private readonly SequenceDefinition _definition;
    private readonly SequenceStages _stages;
    private readonly EnrichmentCatalog _catalog;
    private readonly EventTypeSchema[] _types;
    private readonly EnricherGauges? _gauges;
    private readonly List<(IEnrichmentStep Step, EnrichmentUse Use)> _computed = [];
    private readonly List<(IEnrichmentStep Step, EnrichmentUse Use)> _filled = [];
    private RowLayout _layout = null!;

    private PlanCompiler(
        SequenceDefinition definition,
        StoreSchema schema,
        EnrichmentCatalog catalog,
        SequenceStages stages,
        EnricherGauges? gauges)
    {
        _gauges = gauges;
        _definition = definition;
        _stages = stages;
        _catalog = catalog;
        _types = [.. definition.FromClauses.Select(clause => schema[clause.EventType]).OrderBy(type => type.Id)];
    }

    /// <param name="definition">A definition that was built, so it is consistent in itself.</param>
    /// <param name="schema">The schema of the store.</param>
    /// <param name="catalog">The enrichers and event filters that definitions may name.</param>
    /// <param name="stages">The stages of the host that replace those of the definition.</param>
    /// <param name="gauges">Measures the cost of enrichers; null to measure nothing.</param>
    /// <exception cref="ArgumentException">
    /// The definition names an event type, column, enricher or filter that does not exist, or a column of another type.
    /// </exception>
    public static SequencePlan Compile(
        SequenceDefinition definition,
        StoreSchema schema,
        EnrichmentCatalog catalog,
        SequenceStages stages,
        EnricherGauges? gauges = null) =>
        new PlanCompiler(definition, schema, catalog, stages, gauges).Compile();

    /// <summary>
    /// The columns, of the store or of enrichers, that a definition's answers contain as they are or as features. A column may
    /// occur twice.
    /// </summary>
    public static IEnumerable<string> ColumnsThatComeOut(SequenceDefinition definition) =>
    [
        .. definition.Columns.Select(column => column.Column),
        .. definition.Tensors?.Outputs.SelectMany(tensor => tensor.Features).SelectMany(FeatureColumns) ?? [],
    ];

    private SequencePlan Compile()
    {
        ChooseEnrichers();
        _layout = Layout();
        List<string> filterNames = [];
        FilterCompiler filters = new(_layout, filterNames);
        bool replaced = _stages.Filter is not null;
        RowFilter? filter = replaced ? null : Conditions(filters, late: false);
        RowFilter? lateFilter = replaced ? null : Conditions(filters, late: true);
        SizeRules rules = new(_definition, _types, _layout);
        return new SequencePlan
        {
            Definition = _definition,
            Stages = _stages,
            Types = _types,
            WindowMs = Array.ConvertAll(
                _types, type => SourceOf(type).Window is { } window ? (long)window.Value.TotalMilliseconds : long.MaxValue),
            Layout = _layout,
            Filter = filter,
            LateFilter = lateFilter,
            EventFilters = [.. filterNames.Select(EventFilter)],
            HasHostConditions = replaced || AllConditions().Any(PredicateColumns.HasHostCode),
            Rules = rules,
            Enrichments =
            [
                .. _computed.Select(chosen => Enrichment(chosen.Step, chosen.Use, fillsStored: false)),
                .. _filled.Select(chosen => Enrichment(chosen.Step, chosen.Use, fillsStored: true)),
            ],
            Outputs = [.. _definition.Columns.Select(column => new OutputPlan(column, _layout))],
            Tensors = _definition.Tensors is { } section
                ? [.. section.Outputs.Select(tensor => new TensorPlan(tensor, _definition, _types, _layout))]
                : [],
            Hints = new FetchHints(Array.ConvertAll(rules.Counts, count => Math.Min(count, rules.Size + 1))),
        };
    }

    private FromClause SourceOf(EventTypeSchema type) => _definition.FromClauses.First(clause => type.IsCalled(clause.EventType));

    private IEnumerable<Predicate?> AllConditions() => [_definition.Where, .. _definition.FromClauses.Select(clause => clause.Where)];

    /// <summary>
    /// Chooses the enrichers that run at serving. An enricher placed at serving runs over all rows. An enricher with automatic
    /// placement runs over the rows in which its outputs are not stored; when the schema lacks one of its columns, it runs over
    /// all rows. So an answer does not depend on when the outputs were stored.
    /// </summary>
    private void ChooseEnrichers()
    {
        foreach (EnrichmentUse use in _definition.Enrichments)
        {
            if (!_catalog.TryGet(use.Name, out IEnrichmentStep? step) || step is IEventFilter)
            {
                throw new ArgumentException(
                    $"The definition '{_definition.Name}' uses the enricher '{use.Name}', which is not in the catalog.");
            }

            if (use.Placement != PlacementChoice.Indexing)
            {
                bool hasColumns = TypesOf(step).All(type => step.Signature.Outputs.All(output => type.IndexOf(output.Name) >= 0));
                (use.Placement == PlacementChoice.Automatic && hasColumns ? _filled : _computed).Add((step, use));
            }
        }

        // A column that an enricher computes in all rows of some event type is not fetched for any event type.
        while (_filled.Find(chosen => OutputsOf(chosen.Step).Intersect(ComputedNames()).Any()) is { Step: not null } mixed)
        {
            _filled.Remove(mixed);
            _computed.Add(mixed);
        }

        string[] named = [.. NamedColumns()];
        _filled.RemoveAll(chosen => !OutputsOf(chosen.Step).Intersect(named).Any());
    }

    private static IEnumerable<string> OutputsOf(IEnrichmentStep step) => step.Signature.Outputs.Select(output => output.Name);

    private IEnumerable<string> ComputedNames() => _computed.SelectMany(chosen => OutputsOf(chosen.Step));

    private EventTypeSchema[] TypesOf(IEnrichmentStep step) => Array.FindAll(_types, type => step.Signature.Takes(type.Name));

    private RowLayout Layout()
    {
        Dictionary<string, ColumnType> computed = new(StringComparer.Ordinal);
        foreach (SignatureColumn output in _computed.SelectMany(use => use.Step.Signature.Outputs))
        {
            computed[output.Name] = output.Type;
        }

        string[] fetched =
        [
            .. NamedColumns().Where(name => !computed.ContainsKey(name)).Concat(StepInputs()).Distinct(StringComparer.Ordinal),
        ];
        bool choosesFirst = ChoosesFirst();
        string[] late = choosesFirst ? Array.FindAll(fetched, IsLateColumn) : [];
        fetched = [.. fetched.Except(late), .. late];
        return new RowLayout(
            [.. fetched, .. computed.Keys], [.. fetched.Select(TypeOf), .. computed.Values], fetched.Length - late.Length, fetched.Length,
            [.. _filled.SelectMany(use => OutputsOf(use.Step)).Intersect(fetched)])
        {
            ChoosesFirst = choosesFirst,
        };
    }

    /// <summary>
    /// Whether rows can be chosen before anything else is fetched or computed. This requires that no code of the host runs in
    /// between. First, such code may need any column for its result. Second, the read would hold on to the store while it runs.
    /// </summary>
    private bool ChoosesFirst() =>
        _stages is { Filter: null, Size: null, Enrich: null }
        && !AllConditions().Any(PredicateColumns.HasHostCode)
        && !_computed.Concat(_filled).Any(chosen => IsEarly(chosen.Step));

    /// <summary>
    /// Whether the column is fetched after rows were chosen. Fetching a narrow column for all rows costs no more than looking it
    /// up for some.
    /// </summary>
    private bool IsLateColumn(string name) =>
        (TypeOf(name).IsVariable || TypeOf(name).Width > sizeof(ulong)) && !ChoosingColumns().Contains(name);

    private bool IsEarly(IEnrichmentStep step) => OutputsOf(step).Intersect(ChoosingColumns()).Any();

    /// <summary>The columns that decide which rows are chosen.</summary>
    private IEnumerable<string> ChoosingColumns() =>
        AllConditions().SelectMany(PredicateColumns.ColumnsOf).Concat(_definition.Dedup?.Columns ?? []);

    private IEnumerable<string> NamedColumns() =>
    [
        .. ChoosingColumns(),
        .. ColumnsThatComeOut(_definition),
    ];

    private IEnumerable<string> StepInputs() =>
    [
        .. _computed.Concat(_filled).SelectMany(use => use.Step.Signature.Inputs).Select(input => input.Name),
        .. AllConditions()
            .SelectMany(PredicateColumns.FiltersOf)
            .SelectMany(name => FindFilter(name).Signature.Inputs)
            .Select(input => input.Name),
    ];

    private static IEnumerable<string> FeatureColumns(Feature feature) => feature switch
    {
        ColumnFeature column => [column.Column],
        CategoryFeature category => category.Columns,
        PresenceFeature presence => [presence.Column],
        _ => [],
    };

    private ColumnType TypeOf(string column)
    {
        ColumnType? found = null;
        foreach (EventTypeSchema type in _types)
        {
            int index = type.IndexOf(column);
            ColumnType? here = index < 0 ? null : type.Columns[index].Type;
            if (here is not null && found is not null && here != found)
            {
                throw new ArgumentException(
                    $"The column '{column}' is {found} in one event type of '{_definition.Name}' and {here} in '{type.Name}'.");
            }

            found ??= here;
        }

        return found ?? throw new ArgumentException(
            $"None of the event types of '{_definition.Name}' has a column '{column}', and none of its enrichers computes one.");
    }

    /// <summary>The conditions that can be evaluated before enrichment, or those that cannot; null when there are none.</summary>
    private RowFilter? Conditions(FilterCompiler compiler, bool late)
    {
        List<RowFilter> all = Compile(_definition.Where);
        List<RowFilter> byType = [];
        bool anyByType = false;
        foreach (EventTypeSchema type in _types)
        {
            List<RowFilter> own = Compile(SourceOf(type).Where);
            anyByType |= own.Count > 0;
            byType.Add(new EventTypeFilter(type.Id, own.Count > 0 ? new AllFilter([.. own]) : null));
        }

        if (anyByType)
        {
            all.Add(new AnyFilter([.. byType]));
        }

        return all.Count == 0 ? null : all.Count == 1 ? all[0] : new AllFilter([.. all]);

        List<RowFilter> Compile(Predicate? predicate) =>
            [.. PredicateColumns.Conjuncts(predicate).Where(conjunct => IsLate(conjunct) == late).Select(compiler.Compile)];
    }

    private bool IsLate(Predicate conjunct) => PredicateColumns.ColumnsOf(conjunct).Any(IsComputed);

    private bool IsComputed(string column) => _layout.TryFind(column, out int ordinal) && _layout.IsComputed(ordinal);

    private IEventFilter FindFilter(string name) => _catalog.TryGet(name, out IEnrichmentStep? step) && step is IEventFilter filter
        ? filter
        : throw new ArgumentException(
            $"The definition '{_definition.Name}' uses the event filter '{name}', which is not in the catalog.");

    private PlannedFilter EventFilter(string name)
    {
        IEventFilter filter = FindFilter(name);
        return new PlannedFilter(filter, TypesOf(filter), InputsOf(filter));
    }

    private PlannedEnricher Enrichment(IEnrichmentStep step, EnrichmentUse use, bool fillsStored)
    {
        string[] outputs = [.. OutputsOf(step)];
        return new PlannedEnricher
        {
            Step = step,
            Types = TypesOf(step),
            Inputs = InputsOf(step),
            Outputs = Array.ConvertAll(outputs, name => _layout.TryFind(name, out int ordinal) ? ordinal : -1),
            Timeout = use.Timeout,
            IsEarly = IsEarly(step),
            FillsStored = fillsStored,
            Gauge = use.Placement == PlacementChoice.Automatic ? _gauges?.GetOrAdd(step.Signature.Name) : null,
        };
    }

    private int[] InputsOf(IEnrichmentStep step) => [.. step.Signature.Inputs.Select(input => _layout.OrdinalOf(input.Name))];
}
