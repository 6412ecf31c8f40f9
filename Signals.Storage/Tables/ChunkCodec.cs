namespace Signals.Storage.Tables;

/// <summary>How a chunk's payload lies on disk; persisted in the index (two bits).</summary>
internal enum ChunkCodec : byte
{
    /// <summary>The column chunk itself.</summary>
    Plain = 0,

    /// <summary>u32 decoded length, then one LZ4 block.</summary>
    Lz4 = 1,
}
