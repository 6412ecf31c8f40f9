namespace Signals.Orleans;

/// <summary>
/// Which of a user's events to read from a cluster: like <see cref="SequenceQuery"/>, but tied to no store. Immutable; make it once
/// and use it from any thread.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("signals.query")]
public sealed class ClusterQuery
{
    /// <summary>The event types, at least one, each of them once.</summary>
    [Id(0)]
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>At most this many events over all types, the newest ones.</summary>
    [Id(1)]
    public int Last { get; init; } = int.MaxValue;

    /// <summary>At most this many events of each type, by its name; types that are missing have no limit of their own.</summary>
    [Id(2)]
    public IReadOnlyDictionary<string, int> LastOfType { get; init; } = new Dictionary<string, int>();

    /// <summary>Only events at or after this time, in milliseconds since the Unix epoch, UTC.</summary>
    [Id(3)]
    public long FromMs { get; init; } = long.MinValue;

    /// <summary>Only events before this time, in milliseconds since the Unix epoch, UTC.</summary>
    [Id(4)]
    public long ToMs { get; init; } = long.MaxValue;

    /// <summary>Newest or oldest first. The limits keep the newest events in either order.</summary>
    [Id(5)]
    public SequenceOrder Order { get; init; }

    /// <summary>The columns of the answer; null for every column of the types.</summary>
    [Id(6)]
    public IReadOnlyList<string>? Columns { get; init; }
}
