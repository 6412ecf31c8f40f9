namespace Signals.Definitions;

/// <summary>
/// True where an event filter of the host's catalog keeps the event. False for event types that the filter does not cover.
/// </summary>
public sealed record FilterPredicate : Predicate
{
    /// <summary>The name in the filter's signature.</summary>
    public required string Name { get; init; }
}
