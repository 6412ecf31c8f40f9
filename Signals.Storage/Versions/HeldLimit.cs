namespace Signals.Storage.Versions;

/// <summary>
/// What an event type keeps on disk although an opening declared less: until the grace is over, so that declaring it again undoes a
/// mistake. Immutable.
/// </summary>
/// <param name="EventType">The id of the event type.</param>
/// <param name="KeepLast">How many events of each user stay; <see cref="int.MaxValue"/> for all.</param>
/// <param name="MaxAgeMs">How long events stay, in ms; null for ever.</param>
/// <param name="SinceMs">When less was first declared, by the clock, in ms since the Unix epoch.</param>
internal readonly record struct HeldLimit(ushort EventType, int KeepLast, long? MaxAgeMs, long SinceMs);
