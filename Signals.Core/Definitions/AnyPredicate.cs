namespace Signals.Core.Definitions;

/// <summary>True where at least one condition is.</summary>
public sealed record AnyPredicate : Predicate
{
    /// <summary>The conditions.</summary>
    public required ValueList<Predicate> Predicates { get; init; }
}
