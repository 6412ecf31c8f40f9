namespace Signals.Definitions;

/// <summary>True where all of the conditions are true.</summary>
public sealed record AllPredicate : Predicate
{
    /// <summary>The conditions.</summary>
    public required ValueList<Predicate> Predicates { get; init; }
}
