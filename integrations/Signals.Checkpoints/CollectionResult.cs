namespace Signals.Checkpoints;

/// <summary>The result of <see cref="CheckpointCollector.CollectAsync"/>. Immutable.</summary>
public sealed class CollectionResult
{
    /// <summary>How many checkpoints are kept. Blobs that are younger than the grace stay, too.</summary>
    public required int CheckpointsKept { get; init; }

    /// <summary>How many blobs were deleted.</summary>
    public required int BlobsDeleted { get; init; }

    /// <summary>Bytes of these blobs.</summary>
    public required long BytesDeleted { get; init; }

    /// <summary>
    /// How many blobs are old and named by nothing, but do not begin as our blobs do. They stay. Somebody else put them there, or a crash
    /// tore them.
    /// </summary>
    public required int ForeignBlobs { get; init; }
}
