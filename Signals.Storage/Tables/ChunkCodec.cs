namespace Signals.Storage.Tables;

/// <summary>How the payload of a chunk is stored on disk. Persisted in the index (two bits).</summary>
internal enum ChunkCodec : byte
{
    /// <summary>The column chunk as it is.</summary>
    Plain = 0,

    /// <summary>The decoded length (u32), then one LZ4 block.</summary>
    Lz4 = 1,
}
