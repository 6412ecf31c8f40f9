namespace Signals.Storage.Frames;

/// <summary>What <see cref="EventFrameReader.TryRead"/> found.</summary>
public enum FrameReadResult
{
    /// <summary>Not enough bytes are at hand for a frame: wait for more.</summary>
    NeedsMore = 0,

    /// <summary>An event.</summary>
    Event = 1,

    /// <summary>A frame that is no event; the next one can be read.</summary>
    Rejected = 2,

    /// <summary>A whole frame that ends before the position to begin at; it was not looked into.</summary>
    Skipped = 3,
}
