namespace Signals.Core.Definitions;

/// <summary>What a sequence takes of one event type.</summary>
public sealed record SourceDefinition
{
    /// <summary>The event type's name.</summary>
    public required string EventType { get; init; }

    /// <summary>The most rows of this type, newest first, after conditions and dedup; a parameter may make it 0, which leaves the type out.</summary>
    public required Setting<int> Count { get; init; }

    /// <summary>How old an event may be: its time is not before the read's as-of minus this. <c>null</c> for any age.</summary>
    public Setting<TimeSpan>? Window { get; init; }

    /// <summary>What must be true of the events of this type, besides the definition's own condition.</summary>
    public Predicate? Where { get; init; }
}
