namespace Signals.Storage.Entities;

/// <summary>Settings of an entity table's writer. Checked once, when it is made.</summary>
public sealed class EntityWriterOptions
{
    /// <summary>Tells the versions of one table apart; part of every checksum. Default 1.</summary>
    public ulong Version { get; init; } = 1;

    /// <summary>Memory for rows that are not in order yet; what is more is sorted on disk, beside the file. Default 64 MiB, at least 64 KiB.</summary>
    public int MemoryBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Unencoded bytes of a block, which is what a lookup reads at once: from 256 bytes to 4 MiB. Smaller ones read less for a single entity
    /// and keep more in memory of every block (40 bytes). Default 16 KiB.
    /// </summary>
    public int BlockBytes { get; init; } = 16 << 10;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytes, 64 << 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(BlockBytes, 256);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BlockBytes, 4 << 20);
    }
}
