namespace Signals.Offline;

/// <summary>The progress of an import. Immutable.</summary>
/// <param name="Stage">What the import is doing.</param>
/// <param name="BytesDone">The bytes that this stage has processed.</param>
/// <param name="BytesTotal">The bytes of the segment.</param>
public readonly record struct ImportProgress(ImportStage Stage, long BytesDone, long BytesTotal);
