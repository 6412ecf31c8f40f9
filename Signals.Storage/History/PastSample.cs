namespace Signals.Storage.History;

/// <summary>The state of the store at a time. Immutable.</summary>
/// <param name="TimeMs">Milliseconds since the Unix epoch.</param>
/// <param name="Point">The state.</param>
internal readonly record struct PastSample(long TimeMs, PastPoint Point);
