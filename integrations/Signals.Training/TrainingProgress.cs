namespace Signals.Training;

/// <summary>How far the making of a training set is. Immutable.</summary>
/// <param name="Done">Requests or moments that are done, whatever came of them.</param>
/// <param name="Total">All requests or moments.</param>
/// <param name="Rows">Rows that went to the sink.</param>
public readonly record struct TrainingProgress(long Done, long Total, long Rows);
