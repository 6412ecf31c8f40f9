using Signals.Storage.Frames;

namespace Signals.Storage;

/// <summary>What a run of <see cref="FrameIngest"/> did.</summary>
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

    /// <summary>Events that the store took, those that it had already included.</summary>
    public long Accepted { get; }

    /// <summary>Frames passed over because they end before the store's position.</summary>
    public long Skipped { get; }

    /// <summary>Frames that became no event.</summary>
    public long Rejected => Rejections.Sum(rejection => rejection.Count);

    /// <summary>Why, most frequent first.</summary>
    public IReadOnlyList<FrameRejection> Rejections { get; }

    /// <summary>The position in the source behind the last whole frame; the store has it now.</summary>
    public long Position { get; }

    /// <summary>True when the stream ended inside a frame; send it again from <see cref="Position"/>.</summary>
    public bool IsTruncated { get; }
}
