namespace Signals.Tests.Simulation;

/// <summary>
/// One numbered operation on the simulated disk, enough to repeat it on a copy. Immutable; the data is never changed.
/// </summary>
/// <param name="Kind">What it does.</param>
/// <param name="Path">The file or directory.</param>
/// <param name="Target">The new path of a rename.</param>
/// <param name="Inode">The file's identity, whatever its name.</param>
/// <param name="Offset">Where a write starts.</param>
/// <param name="Length">The bytes of a write, or the new length.</param>
/// <param name="Data">The bytes of a write; null when all are zero.</param>
/// <param name="Failed">Whether an injected fault made it fail.</param>
internal readonly record struct SimOperation(
    SimOperationKind Kind, string Path, string? Target = null, int Inode = 0, long Offset = 0, long Length = 0, byte[]? Data = null,
    bool Failed = false)
{
    /// <summary>The bytes from a place in the write.</summary>
    public ReadOnlySpan<byte> Slice(int start, int count) => Data is null ? default : Data.AsSpan(start, count);
}
