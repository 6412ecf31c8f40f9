namespace Signals.Definitions;

/// <summary>True where a condition is false.</summary>
public sealed record NotPredicate : Predicate
{
    /// <summary>The condition.</summary>
    public required Predicate Predicate { get; init; }
}
