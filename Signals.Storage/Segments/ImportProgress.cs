namespace Signals.Storage.Segments;

/// <summary>How far an import is. Immutable.</summary>
/// <param name="Stage">What it is doing.</param>
/// <param name="BytesDone">Bytes that this stage has dealt with.</param>
/// <param name="BytesTotal">Bytes of the segment.</param>
public readonly record struct ImportProgress(ImportStage Stage, long BytesDone, long BytesTotal);
