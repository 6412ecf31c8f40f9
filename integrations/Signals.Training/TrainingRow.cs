using Signals.Serving;

namespace Signals.Training;

/// <summary>One row of a training set. The sequence is a lease that ends when the sink returns; copy what you keep.</summary>
/// <param name="RequestId">The request, or the name of the moment.</param>
/// <param name="Label">The label; null when there is none.</param>
/// <param name="LabelMs">When the label was known, in milliseconds since the Unix epoch, UTC; null when that was not said.</param>
/// <param name="Sequence">The sequence. Its columns and tensors are the features.</param>
public readonly record struct TrainingRow(string RequestId, double? Label, long? LabelMs, ServedSequence Sequence);
