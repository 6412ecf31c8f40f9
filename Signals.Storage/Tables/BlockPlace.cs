namespace Signals.Storage.Tables;

/// <summary>Where a block lies in its file.</summary>
/// <param name="Offset">The offset of its first chunk.</param>
/// <param name="Length">The bytes of all its chunks.</param>
/// <param name="End">The offset behind the last block of the file.</param>
internal readonly record struct BlockPlace(long Offset, int Length, long End);
