namespace Signals.Scanning;

/// <summary>
/// Adjacent events of one user in a batch. A user with more events than fit into a batch has a run in each of several batches, one
/// after the other. Immutable.
/// </summary>
/// <param name="User">The user.</param>
/// <param name="First">Index of the first event in the batch.</param>
/// <param name="Count">How many events of the batch are the user's; at least 1.</param>
public readonly record struct ScanRun(UserId User, int First, int Count);
