namespace Signals.Storage.Tables;

/// <summary>Counters of a <see cref="BlockCache"/> since it was created.</summary>
internal readonly record struct BlockCacheStats
{
    /// <summary>Block requests served from memory. Approximate when threads share a stripe.</summary>
    public long Hits { get; init; }

    /// <summary>Block requests that read the file.</summary>
    public long Misses { get; init; }

    /// <summary>File reads (pread calls) that reads of blocks caused.</summary>
    public long DeviceReads { get; init; }

    /// <summary>Bytes of these file reads.</summary>
    public long DeviceBytes { get; init; }

    /// <summary>Blocks dropped to stay within the capacity.</summary>
    public long Evictions { get; init; }

    /// <summary>Bytes of the blocks that are cached now.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>Number of blocks that are cached now.</summary>
    public int ResidentBlocks { get; init; }

    /// <summary>Blocks put into free room before a read asked for them.</summary>
    public long Warmed { get; init; }
}
