namespace Signals.Checkpoints;

/// <summary>How far a restoring is. Immutable.</summary>
/// <param name="BytesDone">Bytes that were fetched, checked and written.</param>
/// <param name="BytesTotal">Bytes to fetch. The zeros at the end of logs are not fetched.</param>
public readonly record struct RestoreProgress(long BytesDone, long BytesTotal);
