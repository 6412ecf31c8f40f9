namespace Signals.Core.Definitions;

/// <summary>True where every condition is.</summary>
public sealed record AllPredicate : Predicate
{
    /// <summary>The conditions.</summary>
    public required ValueList<Predicate> Predicates { get; init; }
}
