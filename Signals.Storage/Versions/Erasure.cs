namespace Signals.Storage.Versions;

/// <summary>An erased user. All events of the user up to and including <paramref name="CutoffMs"/> are erased.</summary>
/// <param name="User">The erased user.</param>
/// <param name="CutoffMs">The newest erased event time, in ms since the Unix epoch, inclusive.</param>
internal readonly record struct Erasure(UserId User, long CutoffMs);
