namespace Signals.Storage.FeatureLog;

/// <summary>
/// Every constant of a feature log, shared by writer and reader; described in <c>docs/formats/feature-log.md</c>. All integers
/// are little-endian.
/// </summary>
internal static class FeatureLogFormat
{
    /// <summary>The log number of every feature log: bit 61 and version 1, so that no other log is mistaken for one.</summary>
    public const ulong LogNumber = (1UL << 61) | 1;

    public const byte DefinitionKind = 1;
    public const byte BlockKind = 2;

    public const int KindOffset = 0;

    /// <summary>In a definition: the offset of its hash. Names and columns follow the header.</summary>
    public const int HashOffset = 8;
    public const int DefinitionHeaderBytes = 16;

    /// <summary>In a block: the offset of the index of its definition in the file, from 0.</summary>
    public const int DefinitionOffset = 4;
    public const int SequencesOffset = 8;
    public const int RowsOffset = 12;
    public const int BlockHeaderBytes = 16;

    /// <summary>Chunks of a block before those of rows: user (high, low), as-of, status, length.</summary>
    public const int SequenceChunks = 5;

    /// <summary>Chunks of rows before those of the columns: time, id, event type.</summary>
    public const int KeyChunks = 3;

    /// <summary>Bytes before a chunk: its stored length, with the codec in the top bit, and its decoded length.</summary>
    public const int ChunkHeaderBytes = 8;
    public const uint Lz4Bit = 1U << 31;

    /// <summary>Most rows, and most sequences, of a block. It bounds how much a reader allocates for a few bytes.</summary>
    public const int MaxRows = 1 << 22;

    /// <summary>
    /// Most bytes that a block decodes to, including states and the ends of texts. It bounds a reader's memory in the same way.
    /// </summary>
    public const int MaxBlockBytes = 24 << 20;

    /// <summary>The limit of earlier versions. A reader accepts it only if it is told to.</summary>
    public const int MaxEarlierBlockBytes = 1 << 30;

    /// <summary>LZ4 cannot expand a byte to more bytes than this.</summary>
    public const int MaxLz4Expansion = 256;

    public const int MaxColumns = 1024;
    public const int MaxNameBytes = 1024;
}
