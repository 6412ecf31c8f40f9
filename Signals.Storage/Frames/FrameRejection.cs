namespace Signals.Storage.Frames;

/// <summary>A reason for which frames became no events.</summary>
/// <param name="Reason">The kind.</param>
/// <param name="Count">How many.</param>
/// <param name="FirstPosition">Where the first one begins, in bytes of the source.</param>
public sealed record FrameRejection(string Reason, long Count, long FirstPosition);
