using Signals.Enrichment;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Entities;

/// <summary>One open file of an entity table: its index, which stays in memory, and its block cache.</summary>
/// <remarks>
/// Thread contract: any thread; only a cache miss takes a lock. Lifetime: disposed after the last reader has left.
/// </remarks>
internal sealed class EntityVersion : IDisposable
{
    private readonly EntityFileReader _reader;
    private readonly EntityBlockCache _cache;
    private long _blockReads;

    private EntityVersion(EntityFileReader reader, long cacheBytes)
    {
        _reader = reader;
        _cache = new EntityBlockCache(reader.Blocks.Length, cacheBytes);
    }

    public EntitySchema Schema => _reader.Schema;

    public ulong TableVersion => _reader.TableVersion;

    public long Rows => _reader.Rows;

    /// <summary>Number of blocks read from the file so far.</summary>
    public long BlockReads => Volatile.Read(ref _blockReads);

    /// <summary>Bytes of memory of the index: 32 per block, plus the reference that the cache keeps.</summary>
    public long IndexBytes => (32L + IntPtr.Size) * _reader.Blocks.Length;

    public long CachedBytes => _cache.Bytes;

    public static EntityVersion Open(IFileSystem files, string path, EntityTableOptions options)
    {
        IFile file = files.Open(path, FileOpenMode.Read);
        try
        {
            return new EntityVersion(EntityFileReader.Open(file), options.CacheBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The only block that can hold the key; -1 when the key is before the first block.</summary>
    public int BlockOf(ulong high, ulong low)
    {
        ReadOnlySpan<EntityBlockEntry> blocks = _reader.Blocks;
        int first = 0;
        int last = blocks.Length - 1;
        while (first <= last)
        {
            int middle = (first + last) >>> 1;
            ref readonly EntityBlockEntry entry = ref blocks[middle];
            int order = EntityKey.Compare(entry.FirstHigh, entry.FirstLow, high, low);
            (first, last) = order <= 0 ? (middle + 1, last) : (first, middle - 1);
        }

        return last;
    }

    public EntityBlock GetBlock(int index)
    {
        EntityBlock? block = _cache.TryGet(index);
        if (block is null)
        {
            block = _reader.ReadBlock(index);
            Interlocked.Increment(ref _blockReads);
            _cache.Publish(index, block);
        }

        return block;
    }

    /// <summary>Prefetches a block if it is cached.</summary>
    public void Prefetch(int index) => _cache.TryGet(index)?.Prefetch();

    public void Dispose() => _reader.Dispose();
}
