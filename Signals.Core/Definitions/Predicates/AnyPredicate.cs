namespace Signals.Definitions;

/// <summary>True where at least one of the conditions is true.</summary>
public sealed record AnyPredicate : Predicate
{
    /// <summary>The conditions.</summary>
    public required ValueList<Predicate> Predicates { get; init; }
}
