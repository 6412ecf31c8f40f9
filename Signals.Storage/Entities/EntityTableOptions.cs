namespace Signals.Enrichment;

/// <summary>Settings of an opened entity table. Checked once, when the table is opened.</summary>
public sealed class EntityTableOptions
{
    /// <summary>The most bytes of memory for the blocks of each open version. Default 64 MiB.</summary>
    public long CacheBytes { get; init; } = 64 << 20;

    internal void Validate() => ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
}
