using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>The chunks of one block as they lie in a file, back to back, and which of them are wanted.</summary>
internal interface IStoredChunks
{
    /// <summary>How many there are, those that are not stored included.</summary>
    int Count { get; }

    /// <summary>Rows of the block.</summary>
    int Rows { get; }

    /// <summary>Where the first one lies.</summary>
    long Offset { get; }

    /// <summary>Which slot of the answer a chunk fills.</summary>
    int SlotOf(int position);

    /// <summary>Whether a chunk is to be loaded.</summary>
    bool IsWanted(int position);

    /// <summary>Its bytes on disk, checksum included; 0 when it is not stored.</summary>
    int LengthOf(int position);

    /// <summary>How its payload lies on disk.</summary>
    ChunkCodec CodecOf(int position);

    /// <summary>The type of its rows.</summary>
    ColumnType TypeOf(int position);

    /// <summary>What a wanted chunk is that is not stored.</summary>
    /// <exception cref="Core.Model.CorruptionException">Such a chunk must be there.</exception>
    ChunkSlice Missing(int position, TableFile file, long offset);
}
