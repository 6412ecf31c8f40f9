namespace Signals;

/// <summary>What a run of <see cref="FrameIngest"/> did. Immutable.</summary>
public sealed record FrameIngestResult
{
    internal FrameIngestResult(long accepted, long skipped, FrameRejection[] rejections, long position, bool isTruncated)
    {
        Accepted = accepted;
        Skipped = skipped;
        Rejections = rejections;
        Position = position;
        IsTruncated = isTruncated;
    }

    /// <summary>Events that the store accepted, including those that it already had.</summary>
    public long Accepted { get; }

    /// <summary>Frames passed over because they end before the store's position.</summary>
    public long Skipped { get; }

    /// <summary>Frames that could not be stored as events.</summary>
    public long Rejected => Rejections.Sum(rejection => rejection.Count);

    /// <summary>The reasons for the rejections, most frequent first.</summary>
    public IReadOnlyList<FrameRejection> Rejections { get; }

    /// <summary>The position in the source after the last whole frame. The store has recorded it.</summary>
    public long Position { get; }

    /// <summary>True when the stream ended inside a frame; send that frame again, from <see cref="Position"/>.</summary>
    public bool IsTruncated { get; }
}
