namespace Signals.Checkpoints;

/// <summary>A checkpoint in shared storage, as its manifest describes it. Immutable.</summary>
public sealed class StoredCheckpoint
{
    /// <summary>The SHA-256 of its manifest, in hex. It is unique.</summary>
    public required string Id { get; init; }

    /// <summary>When it was made, by the clock of the machine that made it.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How far the store had come.</summary>
    public required CheckpointPosition Position { get; init; }

    /// <summary>The SHA-256 of the names, ids and types of the store's columns, in hex. Equal schemas have equal hashes.</summary>
    public required string SchemaHash { get; init; }

    /// <summary>How many files a restored folder has.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes of these files. The zeros at the end of a log count, although they are not stored.</summary>
    public required long Bytes { get; init; }
}
