namespace Signals.Enrichment;

/// <summary>Settings of the writer of an entity table. Checked once, when the writer is created.</summary>
public sealed class EntityWriterOptions
{
    /// <summary>Distinguishes the versions of one table. Part of every checksum. Default 1.</summary>
    public ulong Version { get; init; } = 1;

    /// <summary>
    /// Bytes of memory for sorting. Rows that do not fit are sorted on disk, beside the file. Default 64 MiB, at least 64 KiB.
    /// </summary>
    public int MemoryBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Unencoded bytes of a block, which a lookup reads as a whole: from 256 bytes to 4 MiB. With smaller blocks a lookup of a
    /// single entity reads less, but the index takes more memory (40 bytes per block). Default 16 KiB.
    /// </summary>
    public int BlockBytes { get; init; } = 16 << 10;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytes, 64 << 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(BlockBytes, 256);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BlockBytes, 4 << 20);
    }
}
