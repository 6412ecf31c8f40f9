using Signals.Definitions;

namespace Signals.Core.Definitions;

/// <summary>Replaces the value of every setting that uses a parameter by the parameter's value. Pure.</summary>
internal sealed class ParameterSubstitution(Parameter[] parameters)
{
    public SequenceDefinition Apply(SequenceDefinition definition) => definition with
    {
        Parameters = [.. parameters],
        FromClauses = [.. definition.FromClauses.Select(Source)],
        Where = definition.Where is null ? null : Predicate(definition.Where),
        Mix = [.. definition.Mix.Select(Mix)],
        Size = Substitute(definition.Size),
    };

    private FromClause Source(FromClause clause) => clause with
    {
        Count = Substitute(clause.Count),
        Window = Substitute(clause.Window),
        Where = clause.Where is null ? null : Predicate(clause.Where),
    };

    private MixRule Mix(MixRule rule) => rule switch
    {
        QuotaRule quota => quota with { Minimum = Substitute(quota.Minimum), Maximum = Substitute(quota.Maximum) },
        StreakLimitRule limit => limit with { Maximum = Substitute(limit.Maximum) },
        _ => rule,
    };

    private Predicate Predicate(Predicate predicate) => predicate switch
    {
        AllPredicate all => new AllPredicate { Predicates = [.. all.Predicates.Select(Predicate)] },
        AnyPredicate any => new AnyPredicate { Predicates = [.. any.Predicates.Select(Predicate)] },
        NotPredicate not => new NotPredicate { Predicate = Predicate(not.Predicate) },
        ComparisonPredicate comparison => comparison with { Value = Substitute(comparison.Value) },
        RangePredicate range => range with { Low = Substitute(range.Low), High = Substitute(range.High) },
        _ => predicate,
    };

    private Setting<T>? Substitute<T>(Setting<T>? setting)
        where T : struct => setting is { } value ? Substitute(value) : default(Setting<T>?);

    private Setting<T> Substitute<T>(Setting<T> setting)
        where T : struct => setting.Parameter is null
        ? setting
        : Setting<T>.FromParameter(Array.Find(parameters, parameter => parameter.Name == setting.Parameter)
            ?? throw new InvalidOperationException($"The parameter '{setting.Parameter}' is not declared; check the definition first."));
}
