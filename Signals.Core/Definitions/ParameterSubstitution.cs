using Signals.Definitions;

namespace Signals.Core.Definitions;

/// <summary>Replaces the value of every setting that uses a parameter by the parameter's value. Pure.</summary>
internal sealed class ParameterSubstitution(Parameter[] parameters)
{
    public SequenceDefinition Apply(SequenceDefinition definition) => definition with
    {
        Parameters = [.. parameters],
        FromClauses = [.. definition.FromClauses.Select(Source)],
        Where = definition.Where is null ? null : Substitute(definition.Where),
        Mix = [.. definition.Mix.Select(Mix)],
        Size = Substitute(definition.Size),
    };

    /// <summary>The condition with the values of its parameters. A condition that is missing is left to the check.</summary>
    public Predicate Substitute(Predicate predicate) => predicate is null ? predicate! : predicate.Substitute(this);

    /// <summary>The setting with the value of its parameter, if it uses one.</summary>
    public Setting<T> Substitute<T>(Setting<T> setting)
        where T : struct => setting.Parameter is null
        ? setting
        : Setting<T>.FromParameter(Array.Find(parameters, parameter => parameter.Name == setting.Parameter)
            ?? throw new InvalidOperationException($"The parameter '{setting.Parameter}' is not declared; check the definition first."));

    private FromClause Source(FromClause clause) => clause with
    {
        Count = Substitute(clause.Count),
        Window = Substitute(clause.Window),
        Where = clause.Where is null ? null : Substitute(clause.Where),
    };

    private MixRule Mix(MixRule rule) => rule switch
    {
        QuotaRule quota => quota with { Minimum = Substitute(quota.Minimum), Maximum = Substitute(quota.Maximum) },
        StreakLimitRule limit => limit with { Maximum = Substitute(limit.Maximum) },
        _ => rule,
    };

    private Setting<T>? Substitute<T>(Setting<T>? setting)
        where T : struct => setting is { } value ? Substitute(value) : default(Setting<T>?);
}
