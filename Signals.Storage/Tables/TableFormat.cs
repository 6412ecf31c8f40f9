using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>Every constant of the table file, shared by writer and reader; see docs/formats/table.md.</summary>
internal static class TableFormat
{
    /// <summary>"SIGTABLE" read as a little-endian number; first and last eight bytes of the file.</summary>
    public const ulong Magic = 0x454C_4241_5447_4953;

    /// <summary>The version this code writes and the newest it reads.</summary>
    public const uint Version = 1;

    /// <summary>Critical flag: the rows are patches. The two bits below it are <see cref="Core.Columns.StampParts"/>.</summary>
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

    /// <summary>Shortest file that can be a table.</summary>
    public const int MinFileLength = HeaderLength + FooterFixedLength + TailLength;

    /// <summary>More sections than this is nonsense, not a newer file.</summary>
    public const int MaxSections = 64;

    /// <summary>Chunk of the event times inside a block; column c is chunk <see cref="FirstColumnChunk"/> + c.</summary>
    public const int TimesChunk = 0;

    /// <summary>Chunk of the event ids inside a block.</summary>
    public const int IdsChunk = 1;

    /// <summary>Chunk of column 0; the stamps that rows have of their own come behind the last column, see <see cref="TableLayout"/>.</summary>
    public const int FirstColumnChunk = 2;

    /// <summary>A vector with at least this many bytes a row is wide: it is stored after the narrow chunks, never compressed.</summary>
    public const int WideBytes = 64;

    /// <summary>A chunk's length on disk, checksum included, in an index entry.</summary>
    public const uint ChunkLengthMask = (1u << 30) - 1;

    /// <summary>Position of the codec in an index entry.</summary>
    public const int ChunkCodecShift = 30;

    /// <summary>A block above this closes even when that splits the newest rows of a user.</summary>
    public const int MaxBlockBytes = 16 << 20;

    /// <summary>No block has more rows: a few bytes can say the same of any number of them, so this bounds what a reader allocates.</summary>
    public const int MaxBlockRows = 1 << 16;

    /// <summary>What the compressed chunks of one block decode to at most, all together; a writer leaves what would be more as it is.</summary>
    public const int MaxUnpackedBytes = 24 << 20;

    /// <summary>An LZ4 block cannot expand more than this; bounds what a forged length can allocate.</summary>
    public const int MaxLz4Expansion = 255;

    /// <summary>Tags of the footer's sections; persisted.</summary>
    public const ushort BlocksSection = 1, ColumnsSection = 2, DirectorySection = 3, IndexSection = 4, DirectoryPagesSection = 5, UserFilterSection = 6;

    /// <summary>Section flag: a reader that does not know the tag must refuse the file.</summary>
    public const ushort CriticalSection = 1;

    /// <summary>Column flag: the column is wide.</summary>
    public const byte WideColumn = 1;

    /// <summary>Header, sections and tail.</summary>
    public static readonly FileEnvelope Envelope = new(
        "table file", Magic, Version, KnownCriticalFlags, FooterFixedLength, BlocksSection, ColumnsSection, DirectorySection, IndexSection)
    {
        Optional = [DirectoryPagesSection, UserFilterSection],
    };

    /// <summary>Starts a checksum bound to a table and to an offset in it; continue with <see cref="Crc32C"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Seed(ulong identity, long offset)
    {
        Span<byte> bound = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bound, identity);
        BinaryPrimitives.WriteInt64LittleEndian(bound[8..], offset);
        return Crc32C.Compute(bound);
    }

    /// <summary>The checksum of bytes that lie at an offset of a table.</summary>
    public static uint Checksum(ulong identity, long offset, ReadOnlySpan<byte> bytes) =>
        Crc32C.Append(Seed(identity, offset), bytes);
}
