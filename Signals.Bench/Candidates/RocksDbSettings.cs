using RocksDbSharp;

namespace Signals.Bench.Candidates;

/// <summary>RocksDB as an expert would configure it for this workload and two cores.</summary>
internal static class RocksDbSettings
{
    public const string Text =
        "one key per event (user, type, inverted time, id), 9-byte prefix extractor (user + type), full prefix bloom 10 bits, "
        + "4 KiB blocks, LZ4, 256 MiB LRU block cache with index and filters outside it, level compaction, 128 MiB x 4 write "
        + "buffers, 2 background jobs, WAL on without sync, write batches of 256; "
        + "hash-skip-list memtable by the prefix; pipelined and unordered writes off, as there is one writer";

    /// <summary>The name of the column family with the vectors.</summary>
    public const string Vectors = "vectors";

    private const ulong MemtableBuckets = 1 << 18;

    /// <summary>The options of a database whose default column family holds the events.</summary>
    public static DbOptions Options(long? cacheBytes = null)
    {
        DbOptions options = new DbOptions()
            .SetCreateIfMissing(true)
            .SetCreateMissingColumnFamilies(true)
            .SetAllowConcurrentMemtableWrite(false); // The hash skip list does not support it, and there is only one writer.
        Native.Instance.rocksdb_options_set_max_background_jobs(options.Handle, 2);
        return ForEvents(options, cacheBytes);
    }

    /// <summary>The column families of a database that has vectors beside the events.</summary>
    public static ColumnFamilies Families(long? cacheBytes) => new()
    {
        { "default", ForEvents(new ColumnFamilyOptions(), cacheBytes) },
        { Vectors, VectorOptions() },
    };

    /// <summary>The options of the column family with the vectors: they do not compress, so they are not compressed.</summary>
    public static ColumnFamilyOptions VectorOptions() => new ColumnFamilyOptions()
        .SetBlockBasedTableFactory(Table(cacheBytes: null))
        .SetPrefixExtractor(SliceTransform.CreateFixedPrefix(RocksDbKey.PrefixBytes))
        .SetCompression(Compression.No);

    public static ReadOptions Reading() => new ReadOptions().SetPrefixSameAsStart(true);

    private static T ForEvents<T>(Options<T> options, long? cacheBytes)
        where T : Options<T> => options
        .SetBlockBasedTableFactory(Table(cacheBytes))
        .SetPrefixExtractor(SliceTransform.CreateFixedPrefix(RocksDbKey.PrefixBytes))
        .SetHashSkipListRep(MemtableBuckets, 4, 4)
        .SetCompression(Compression.Lz4)
        .SetWriteBufferSize(128 << 20)
        .SetMaxWriteBufferNumber(4)
        .SetTargetFileSizeBase(64 << 20)
        .SetMaxBytesForLevelBase(256 << 20)
        .SetLevelCompactionDynamicLevelBytes(true);

    private static BlockBasedTableOptions Table(long? cacheBytes) => new BlockBasedTableOptions()
        .SetBlockSize(4 << 10)
        .SetBlockCache(Cache.CreateLru((ulong)(cacheBytes ?? 256L << 20)))
        .SetFilterPolicy(BloomFilterPolicy.Create(10, false))
        .SetWholeKeyFiltering(false)
        .SetFormatVersion(5);
}
