namespace Signals.Core.Frames;

/// <summary>What <see cref="FrameReader.TryRead"/> found.</summary>
internal enum FrameCut
{
    /// <summary>The next frame has not arrived completely.</summary>
    NeedsMore,

    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>A frame longer than the limit; its bytes are being skipped.</summary>
    TooLong,
}
