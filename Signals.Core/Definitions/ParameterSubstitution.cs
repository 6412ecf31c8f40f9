namespace Signals.Core.Definitions;

/// <summary>Replaces the value of every setting that uses a parameter by the parameter's value. Pure.</summary>
internal sealed class ParameterSubstitution(Parameter[] parameters)
{
    public SequenceDefinition Apply(SequenceDefinition definition) => definition with
    {
        Parameters = [.. parameters],
        Sources = [.. definition.Sources.Select(Source)],
        Where = definition.Where is null ? null : Predicate(definition.Where),
        Mix = [.. definition.Mix.Select(Mix)],
        Size = Of(definition.Size),
    };

    private SourceDefinition Source(SourceDefinition source) => source with
    {
        Count = Of(source.Count),
        Window = Of(source.Window),
        Where = source.Where is null ? null : Predicate(source.Where),
    };

    private MixRule Mix(MixRule rule) => rule switch
    {
        QuotaRule quota => quota with { Minimum = Of(quota.Minimum), Maximum = Of(quota.Maximum) },
        RunLimitRule limit => limit with { Maximum = Of(limit.Maximum) },
        _ => rule,
    };

    private Predicate Predicate(Predicate predicate) => predicate switch
    {
        AllPredicate all => new AllPredicate { Predicates = [.. all.Predicates.Select(Predicate)] },
        AnyPredicate any => new AnyPredicate { Predicates = [.. any.Predicates.Select(Predicate)] },
        NotPredicate not => new NotPredicate { Predicate = Predicate(not.Predicate) },
        ComparisonPredicate comparison => comparison with { Value = Of(comparison.Value) },
        RangePredicate range => range with { Low = Of(range.Low), High = Of(range.High) },
        _ => predicate,
    };

    private Setting<T>? Of<T>(Setting<T>? setting)
        where T : struct => setting is { } value ? Of(value) : default(Setting<T>?);

    private Setting<T> Of<T>(Setting<T> setting)
        where T : struct => setting.Parameter is null
        ? setting
        : Setting<T>.Of(Array.Find(parameters, parameter => parameter.Name == setting.Parameter)
            ?? throw new InvalidOperationException($"The parameter '{setting.Parameter}' is not declared; check the definition first."));
}
