namespace Signals.Enrichment;

/// <summary>What an <see cref="EntityJoin"/> joins. Checked once, when the join is created.</summary>
public sealed class EntityJoinOptions
{
    /// <summary>The name of the enricher.</summary>
    public required string Name { get; init; }

    /// <summary>The version of the enricher. Default 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The event types that the join enriches.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>The column of the events that holds the key.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// The type of the key: an integer (a negative one counts by its 64-bit pattern), text, or bytes. Text and bytes are hashed
    /// as by <see cref="EntityKey.FromUtf8"/>; an empty one names no entity. Default <see cref="ulong"/>.
    /// </summary>
    public ColumnType KeyType { get; init; } = ColumnType.Scalar<ulong>();

    /// <summary>Columns of the table, each with the enrichment column of the events that it fills.</summary>
    public required IReadOnlyList<(string Column, string Output)> Columns { get; init; }

    /// <summary>
    /// What an event gets when its entity is not in the table: null if true; nothing if false, so that a later job can still
    /// enrich it. Default false.
    /// </summary>
    public bool NullWhenMissing { get; init; }
}
