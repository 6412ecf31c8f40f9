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

    /// <summary>A whole frame that ends before the position to begin at. It was not parsed.</summary>
    Skipped = 3,
}
