namespace Signals.Storage.History;

/// <summary>Which state the store was in at a time. Immutable.</summary>
/// <param name="TimeMs">Milliseconds since the Unix epoch.</param>
/// <param name="Point">The state.</param>
internal readonly record struct PastSample(long TimeMs, PastPoint Point);
