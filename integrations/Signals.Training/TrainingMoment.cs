namespace Signals.Training;

/// <summary>A user at a time, whose sequence of that time becomes a row of a training set. Immutable.</summary>
/// <param name="RequestId">Names the row; it may be empty.</param>
/// <param name="User">The user.</param>
/// <param name="TimeMs">
/// The time, in milliseconds since the Unix epoch, UTC. A row as known then holds nothing that was committed later; an event whose own
/// time is later than the moment, but that was committed before it, is in the row. A row as corrected now holds no event whose own time
/// is later.
/// </param>
/// <param name="Label">What became of it; null when that is not known.</param>
public readonly record struct TrainingMoment(string RequestId, UserId User, long TimeMs, double? Label = null);
