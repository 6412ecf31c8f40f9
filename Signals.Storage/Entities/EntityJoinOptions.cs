using Signals.Core.Columns;

namespace Signals.Storage.Entities;

/// <summary>What an <see cref="EntityJoin"/> joins. Checked once, when it is made.</summary>
public sealed class EntityJoinOptions
{
    /// <summary>The enricher's name.</summary>
    public required string Name { get; init; }

    /// <summary>The enricher's version. Default 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The event types that it enriches.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>The events' column that holds the key.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// The key's type: an integer (negative ones by their 64-bit pattern), a text, or bytes; the last two are hashed as
    /// <see cref="EntityKey.FromUtf8"/> does, and name nothing when empty. Default <see cref="ulong"/>.
    /// </summary>
    public ColumnType KeyType { get; init; } = ColumnType.Scalar<ulong>();

    /// <summary>Columns of the table, and the enrichment columns of the events that they fill.</summary>
    public required IReadOnlyList<(string Column, string Output)> Columns { get; init; }

    /// <summary>
    /// What an event gets whose entity is not in the table: null, or nothing, so that a later job finds it still to be enriched. Default
    /// nothing.
    /// </summary>
    public bool NullWhenMissing { get; init; }
}
