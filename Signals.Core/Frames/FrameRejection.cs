namespace Signals;

/// <summary>A reason for which frames were rejected. Immutable.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Count">How many frames were rejected for it.</param>
/// <param name="FirstPosition">Where the first of these frames begins, in bytes of the source.</param>
public sealed record FrameRejection(string Reason, long Count, long FirstPosition);
