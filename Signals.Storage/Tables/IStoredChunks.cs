namespace Signals.Storage.Tables;

/// <summary>The chunks of one block as a file stores them, without gaps, and which of them are wanted.</summary>
internal interface IStoredChunks
{
    /// <summary>The number of chunks, including those that are not stored.</summary>
    int Count { get; }

    /// <summary>The number of rows of the block.</summary>
    int Rows { get; }

    /// <summary>Where the block lies.</summary>
    BlockPlace Place { get; }

    /// <summary>The slot of the answer that a chunk fills.</summary>
    int SlotOf(int position);

    /// <summary>Whether a chunk is to be loaded.</summary>
    bool IsWanted(int position);

    /// <summary>The bytes of a chunk on disk, including its checksum; 0 when it is not stored.</summary>
    int LengthOf(int position);

    /// <summary>How the payload of a chunk is stored on disk.</summary>
    ChunkCodec CodecOf(int position);

    /// <summary>The type of the rows of a chunk in the file.</summary>
    ColumnType TypeOf(int position);

    /// <summary>The type that they are read as, which holds each of their values.</summary>
    ColumnType ReadAs(int position);

    /// <summary>The slice of a wanted chunk that is not stored.</summary>
    /// <exception cref="CorruptionException">Every block must have such a chunk.</exception>
    ChunkSlice Missing(int position, TableFile file, long offset);
}
