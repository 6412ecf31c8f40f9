namespace Signals;

/// <summary>What <see cref="EventFrameReader.TryRead"/> found.</summary>
public enum FrameReadResult
{
    /// <summary>The next frame has not arrived completely: wait for more bytes.</summary>
    NeedsMore = 0,

    /// <summary>An event.</summary>
    Event = 1,

    /// <summary>A frame that is not an event. You can read the next one.</summary>
    Rejected = 2,

    /// <summary>
    /// A whole frame that <see cref="EventFrameReader"/> did not parse, because it ends before the position to begin at, or an event of a
    /// dropped event type that <see cref="EventFrameDecoder"/> found.
    /// </summary>
    Skipped = 3,
}
