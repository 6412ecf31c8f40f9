using Signals.Core.Definitions;
using Signals.Core.Definitions.Tensors;

namespace Signals.Definitions;

/// <summary>
/// Builds a <see cref="SequenceDefinition"/>. Used by one thread. Nothing is checked before <see cref="Build"/>, which reports
/// every error at once.
/// </summary>
/// <example>
/// <code>
/// SequenceDefinition feed = SequenceDefinition.Create("home_feed", version: 3)
///     .OwnedBy("ranking")
///     .From("view", v => v.Last(200).Within(TimeSpan.FromDays(30)))
///     .From("purchase", p => p.Last(50))
///     .DistinctBy("item_id")
///     .Size(128)
///     .Column("price", defaultValue: 0.0)
///     .Build();
/// </code>
/// </example>
public sealed class SequenceDefinitionBuilder
{
    private readonly List<Parameter> _parameters = [];
    private readonly List<FromClause> _clauses = [];
    private readonly List<MixRule> _mix = [];
    private readonly List<EnrichmentUse> _enrichments = [];
    private readonly List<OutputColumn> _columns = [];
    private readonly string _name;
    private readonly int _version;
    private string _owner = "";
    private LifecycleStage _stage;
    private string _description = "";
    private Predicate? _where;
    private DedupRule? _dedup;
    private SequenceOrder _order;
    private Setting<int> _size;
    private TimeSpan? _deadline;
    private TensorSection? _tensors;

    internal SequenceDefinitionBuilder(string name, int version)
    {
        _name = name;
        _version = version;
    }

    /// <summary>Sets the team or tenant that is responsible for the definition.</summary>
    public SequenceDefinitionBuilder OwnedBy(string owner, LifecycleStage stage = LifecycleStage.Experimental)
    {
        _owner = owner;
        _stage = stage;
        return this;
    }

    /// <summary>Sets the purpose of the definition.</summary>
    public SequenceDefinitionBuilder Describe(string description)
    {
        _description = description;
        return this;
    }

    /// <summary>Declares the parameters that a request may override.</summary>
    public SequenceDefinitionBuilder Parameters(params ReadOnlySpan<Parameter> parameters)
    {
        _parameters.AddRange(parameters);
        return this;
    }

    /// <summary>Adds an event type.</summary>
    /// <param name="eventType">The event type's name.</param>
    /// <param name="define">Sets how many events are taken, how old they may be, and which. The count is required.</param>
    public SequenceDefinitionBuilder From(string eventType, Action<FromClauseBuilder> define)
    {
        ArgumentNullException.ThrowIfNull(define);
        var builder = new FromClauseBuilder(eventType);
        define(builder);
        _clauses.Add(builder.Build());
        return this;
    }

    /// <summary>
    /// Keeps only events for which the condition is true. Further calls add conditions that must be true as well.
    /// </summary>
    public SequenceDefinitionBuilder Where(Predicate condition)
    {
        _where = _where is null ? condition : _where & condition;
        return this;
    }

    /// <summary>Keeps the newest event of each key, across all event types.</summary>
    public SequenceDefinitionBuilder DistinctBy(params ReadOnlySpan<string> columns)
    {
        _dedup = new DedupRule { Columns = [.. columns] };
        return this;
    }

    /// <summary>Keeps the newest event of each key within each event type.</summary>
    public SequenceDefinitionBuilder DistinctPerTypeBy(params ReadOnlySpan<string> columns)
    {
        _dedup = new DedupRule { Columns = [.. columns], Scope = DedupScope.PerType };
        return this;
    }

    /// <summary>Reserves rows for some event types, limits how many rows they get, or both.</summary>
    /// <param name="eventTypes">The event types, taken together.</param>
    /// <param name="minimum">The number of rows reserved for them.</param>
    /// <param name="maximum">The largest number of rows.</param>
    public SequenceDefinitionBuilder Quota(ReadOnlySpan<string> eventTypes, Setting<int>? minimum = null, Setting<int>? maximum = null)
    {
        _mix.Add(new QuotaRule { EventTypes = [.. eventTypes], Minimum = minimum, Maximum = maximum });
        return this;
    }

    /// <summary>As <see cref="Quota"/>, in percent of the size, rounded down.</summary>
    /// <param name="eventTypes">The event types, taken together.</param>
    /// <param name="minimum">0 to 100.</param>
    /// <param name="maximum">0 to 100.</param>
    public SequenceDefinitionBuilder Share(ReadOnlySpan<string> eventTypes, Setting<int>? minimum = null, Setting<int>? maximum = null)
    {
        _mix.Add(new QuotaRule { EventTypes = [.. eventTypes], Minimum = minimum, Maximum = maximum, IsPercent = true });
        return this;
    }

    /// <summary>Lets at most <paramref name="maximum"/> rows of some event types follow each other.</summary>
    public SequenceDefinitionBuilder StreakLimit(ReadOnlySpan<string> eventTypes, Setting<int> maximum)
    {
        _mix.Add(new StreakLimitRule { EventTypes = [.. eventTypes], Maximum = maximum });
        return this;
    }

    /// <summary>Uses the columns of an enricher.</summary>
    /// <param name="enricher">The name in the enricher's signature.</param>
    /// <param name="placement">Where the values come from.</param>
    /// <param name="timeout">How long the enricher may take at serving, in whole milliseconds.</param>
    public SequenceDefinitionBuilder Enrich(
        string enricher, PlacementChoice placement = PlacementChoice.Automatic, TimeSpan? timeout = null)
    {
        _enrichments.Add(new EnrichmentUse { Name = enricher, Placement = placement, Timeout = timeout });
        return this;
    }

    /// <summary>Puts the newest row first. This is the default.</summary>
    public SequenceDefinitionBuilder NewestFirst()
    {
        _order = SequenceOrder.NewestFirst;
        return this;
    }

    /// <summary>Puts the oldest row first. The sequence still consists of the newest rows that fit.</summary>
    public SequenceDefinitionBuilder OldestFirst()
    {
        _order = SequenceOrder.OldestFirst;
        return this;
    }

    /// <summary>Sets the largest number of rows of an answer. Required.</summary>
    public SequenceDefinitionBuilder Size(Setting<int> rows)
    {
        _size = rows;
        return this;
    }

    /// <summary>Sets how long a read may take when the caller gives no deadline, in whole milliseconds.</summary>
    public SequenceDefinitionBuilder Deadline(TimeSpan deadline)
    {
        _deadline = deadline;
        return this;
    }

    /// <summary>Adds a column to the raw answer.</summary>
    /// <param name="column">The column that it comes from.</param>
    /// <param name="name">The name in the answer; the column's name when left out.</param>
    /// <param name="defaultValue">
    /// The value for rows in which the column is null or absent. When left out, such rows have no value.
    /// </param>
    public SequenceDefinitionBuilder Column(string column, string? name = null, Literal? defaultValue = null)
    {
        _columns.Add(new OutputColumn { Name = name ?? column, Column = column, Default = defaultValue });
        return this;
    }

    /// <summary>Adds columns to the raw answer, under their own names and without defaults.</summary>
    public SequenceDefinitionBuilder Columns(params ReadOnlySpan<string> columns)
    {
        foreach (string column in columns)
        {
            Column(column);
        }

        return this;
    }

    /// <summary>Describes the model-ready answer.</summary>
    public SequenceDefinitionBuilder Tensors(Action<TensorSectionBuilder> define)
    {
        ArgumentNullException.ThrowIfNull(define);
        var builder = new TensorSectionBuilder();
        define(builder);
        _tensors = builder.Build();
        return this;
    }

    /// <summary>Creates the definition, and checks everything that can be checked without a schema.</summary>
    /// <exception cref="DefinitionException">A check failed. The exception lists every error.</exception>
    public SequenceDefinition Build()
    {
        var definition = new SequenceDefinition
        {
            Name = _name,
            Version = _version,
            Owner = _owner,
            Stage = _stage,
            Description = _description,
            Parameters = [.. _parameters],
            FromClauses = [.. _clauses],
            Where = _where,
            Dedup = _dedup,
            Mix = [.. _mix],
            Enrichments = [.. _enrichments],
            Order = _order,
            Size = _size,
            Deadline = _deadline,
            Columns = [.. _columns],
            Tensors = _tensors,
        };
        definition.Check();
        return definition;
    }
}
