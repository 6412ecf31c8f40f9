namespace Signals.Training;

/// <summary>What became of a request. Immutable.</summary>
/// <param name="RequestId">The request. A request with several labels gives a row for each of them.</param>
/// <param name="Value">The label, such as 1 for a click.</param>
/// <param name="TimeMs">When it was known, in milliseconds since the Unix epoch, UTC; null when that is not known.</param>
public readonly record struct TrainingLabel(string RequestId, double Value, long? TimeMs = null);
