using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>Every constant of the table file format, shared by writer and reader. Described in docs/formats/table.md.</summary>
internal static class TableFormat
{
    /// <summary>"SIGTABLE" read as a little-endian number: the first and the last eight bytes of the file.</summary>
    public const ulong Magic = 0x454C_4241_5447_4953;

    /// <summary>The version that this code writes, and the newest that it reads.</summary>
    public const uint Version = 1;

    /// <summary>Critical flag: the rows are patches. The two bits below it are <see cref="Signals.Core.Columns.StampParts"/>.</summary>
    public const uint PatchesFlag = 4;

    /// <summary>Bits of the header's and tail's critical flags that this code understands.</summary>
    public const uint KnownCriticalFlags = PatchesFlag | 3;

    public const int HeaderLength = 32;
    public const int HeaderChecksumAt = 28;
    public const int FooterFixedLength = 72;
    public const int SectionEntryLength = 24;
    public const int TailLength = 32;
    public const int TailChecksumAt = 20;
    public const int ColumnEntryLength = 8;
    public const int ChecksumLength = 4;

    /// <summary>The length of the shortest possible table.</summary>
    public const int MinFileLength = HeaderLength + FooterFixedLength + TailLength;

    /// <summary>The most sections of a footer. A file that states more is damaged, not newer.</summary>
    public const int MaxSections = 64;

    /// <summary>The chunk of the event times in a block. Column c is chunk <see cref="FirstColumnChunk"/> + c.</summary>
    public const int TimesChunk = 0;

    /// <summary>The chunk of the event ids in a block.</summary>
    public const int IdsChunk = 1;

    /// <summary>
    /// The chunk of column 0. Stamps that rows have individually follow the last column; see <see cref="TableLayout"/>.
    /// </summary>
    public const int FirstColumnChunk = 2;

    /// <summary>
    /// A vector of at least this many bytes per row is wide. Wide chunks are stored after the narrow ones and are never
    /// compressed.
    /// </summary>
    public const int WideBytes = 64;

    /// <summary>The bits of an index entry that hold the length of a chunk on disk, including its checksum.</summary>
    public const uint ChunkLengthMask = (1u << 30) - 1;

    /// <summary>The position of the codec in an index entry.</summary>
    public const int ChunkCodecShift = 30;

    /// <summary>A block ends when it would exceed this, even when that separates the newest rows of a user.</summary>
    public const int MaxBlockBytes = 16 << 20;

    /// <summary>
    /// The most rows of a block. A few bytes can encode any number of equal rows, so this limits what a reader allocates.
    /// </summary>
    public const int MaxBlockRows = 1 << 16;

    /// <summary>
    /// The most bytes to which all compressed chunks of one block may decode. A writer does not compress a chunk that would
    /// exceed this.
    /// </summary>
    public const int MaxUnpackedBytes = 24 << 20;

    /// <summary>
    /// An LZ4 block cannot expand by more than this factor. Limits what a reader allocates for a forged length.
    /// </summary>
    public const int MaxLz4Expansion = 255;

    /// <summary>Tags of the sections of the footer; persisted.</summary>
    public const ushort BlocksSection = 1, ColumnsSection = 2, DirectorySection = 3, IndexSection = 4;

    /// <summary>Tags of the optional sections of a table; persisted.</summary>
    public const ushort DirectoryPagesSection = 5, UserFilterSection = 6;

    /// <summary>Section flag: a reader that does not know the tag must refuse the file.</summary>
    public const ushort CriticalSection = 1;

    /// <summary>Column flag: the column is wide.</summary>
    public const byte WideColumn = 1;

    /// <summary>Header, sections and tail.</summary>
    public static readonly FileEnvelope Envelope = new(
        "table file", Magic, Version, KnownCriticalFlags, FooterFixedLength,
        BlocksSection, ColumnsSection, DirectorySection, IndexSection)
    {
        Optional = [DirectoryPagesSection, UserFilterSection],
    };

    /// <summary>
    /// Starts a checksum that includes the identity of a table and an offset in it. Continue it with <see cref="Crc32C"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Seed(ulong identity, long offset)
    {
        Span<byte> bound = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bound, identity);
        BinaryPrimitives.WriteInt64LittleEndian(bound[8..], offset);
        return Crc32C.Compute(bound);
    }

    /// <summary>The checksum of bytes at an offset of a table. It includes the identity of the table and the offset.</summary>
    public static uint Checksum(ulong identity, long offset, ReadOnlySpan<byte> bytes) =>
        Crc32C.Append(Seed(identity, offset), bytes);
}
