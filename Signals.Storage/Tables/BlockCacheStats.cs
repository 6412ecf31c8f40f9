namespace Signals.Storage.Tables;

/// <summary>Counters of a <see cref="BlockCache"/> since it was created.</summary>
/// <param name="Hits">Block requests served from memory. Approximate when threads share a stripe.</param>
/// <param name="Misses">Block requests that read the file.</param>
/// <param name="DeviceReads">File reads (pread calls) that reads of blocks caused.</param>
/// <param name="DeviceBytes">Bytes of these file reads.</param>
/// <param name="Evictions">Blocks dropped to stay within the capacity.</param>
/// <param name="ResidentBytes">Bytes of the blocks that are cached now.</param>
/// <param name="ResidentBlocks">Number of blocks that are cached now.</param>
/// <param name="Warmed">Blocks put into free room before a read asked for them.</param>
internal readonly record struct BlockCacheStats(
    long Hits, long Misses, long DeviceReads, long DeviceBytes, long Evictions, long ResidentBytes, int ResidentBlocks, long Warmed);
