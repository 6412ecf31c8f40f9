namespace Signals.Checkpoints.Formats;

/// <summary>What a checkpoint consists of. Immutable.</summary>
internal sealed record CheckpointManifest
{
    /// <summary>When it was made, in milliseconds since the Unix epoch.</summary>
    public required long CreatedMs { get; init; }

    /// <summary>A random number, so that no two manifests are the same.</summary>
    public required Guid Run { get; init; }

    /// <summary>The manifest that it replaces; null for the first.</summary>
    public required ContentHash? Previous { get; init; }

    public required CheckpointPosition Position { get; init; }

    public required ContentHash SchemaHash { get; init; }

    /// <summary>In the order of their names, each once, with <c>CURRENT</c> and a manifest of the store among them.</summary>
    public required ManifestFile[] Files { get; init; }

    /// <summary>The last erasure; null when there was none.</summary>
    public ErasureMark? Erasure { get; init; }

    /// <summary>The names of all blobs that the checkpoint consists of, but that of the manifest.</summary>
    public IEnumerable<string> PartNames => Files.SelectMany(file => file.Parts).Select(part => part.BlobName);

    public long TotalBytes => Files.Sum(file => file.Length);

    public StoredCheckpoint Describe(ContentHash hash) => new()
    {
        Id = hash.ToString(),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedMs),
        Position = Position,
        SchemaHash = SchemaHash.ToString(),
        Files = Files.Length,
        Bytes = TotalBytes,
    };
}
