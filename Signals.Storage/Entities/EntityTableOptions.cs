namespace Signals.Storage.Entities;

/// <summary>Settings of an opened entity table. Checked once, when it is opened.</summary>
public sealed class EntityTableOptions
{
    /// <summary>Most memory for blocks, of each version that is open. Default 64 MiB.</summary>
    public long CacheBytes { get; init; } = 64 << 20;

    internal void Validate() => ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
}
