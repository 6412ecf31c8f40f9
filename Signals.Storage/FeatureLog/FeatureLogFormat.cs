namespace Signals.Storage.FeatureLog;

/// <summary>
/// Every constant of a feature log, shared by writer and reader; described in <c>docs/formats/feature-log.md</c>. All integers are little-endian.
/// </summary>
internal static class FeatureLogFormat
{
    /// <summary>The log number of every feature log: bit 61 and version 1, so that no other log passes for one.</summary>
    public const ulong LogNumber = (1UL << 61) | 1;

    public const byte DefinitionKind = 1;
    public const byte BlockKind = 2;

    public const int KindOffset = 0;

    /// <summary>Of a definition: its hash, then names and columns.</summary>
    public const int HashOffset = 8;
    public const int DefinitionHeaderBytes = 16;

    /// <summary>Of a block: which definition of the file, from 0.</summary>
    public const int DefinitionOffset = 4;
    public const int SequencesOffset = 8;
    public const int RowsOffset = 12;
    public const int BlockHeaderBytes = 16;

    /// <summary>Chunks of a block before those of rows: user (high, low), as-of, status, length.</summary>
    public const int SequenceChunks = 5;

    /// <summary>Chunks of rows before those of the columns: time, id, event type.</summary>
    public const int KeyChunks = 3;

    /// <summary>Before a chunk: its length here, with the codec in the top bit, and its length decoded.</summary>
    public const int ChunkHeaderBytes = 8;
    public const uint Lz4Bit = 1U << 31;

    /// <summary>No block holds more; it bounds what a reader allocates for a few bytes.</summary>
    public const int MaxRows = 1 << 22;

    /// <summary>Most bytes that a block decodes to, states and ends of texts included, for the same reason.</summary>
    public const int MaxBlockBytes = 24 << 20;

    /// <summary>The same in logs of earlier versions, which only a reader that is told so takes.</summary>
    public const int MaxEarlierBlockBytes = 1 << 30;

    /// <summary>LZ4 cannot make more of a byte.</summary>
    public const int MaxLz4Expansion = 256;

    public const int MaxColumns = 1024;
    public const int MaxNameBytes = 1024;
}
