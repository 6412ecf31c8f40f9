using Signals.Definitions;

namespace Signals.Core.Definitions;

/// <summary>Which events of one event type a sequence takes.</summary>
internal sealed record FromClause
{
    /// <summary>The event type's name.</summary>
    public required string EventType { get; init; }

    /// <summary>
    /// The largest number of rows of this type, newest first, after conditions and dedup. A parameter may set it to 0, which
    /// leaves the type out.
    /// </summary>
    public required Setting<int> Count { get; init; }

    /// <summary>
    /// How old an event may be: its time is not before the read's as-of time minus this. <c>null</c> for any age.
    /// </summary>
    public Setting<TimeSpan>? Window { get; init; }

    /// <summary>
    /// The condition that events of this type must meet, in addition to the definition's own condition. <c>null</c> for none.
    /// </summary>
    public Predicate? Where { get; init; }
}
