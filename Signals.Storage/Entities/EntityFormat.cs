using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Signals.Storage.Primitives;

namespace Signals.Storage.Entities;

/// <summary>
/// Every constant of the entity table file format, shared by writer and reader. Described in docs/formats/entity-table.md.
/// </summary>
internal static class EntityFormat
{
    /// <summary>"SIGENTTY" read as a little-endian number: the first and the last eight bytes of the file.</summary>
    public const ulong Magic = 0x5954_544E_4547_4953;

    /// <summary>The version that this code writes, and the newest that it reads.</summary>
    public const uint Version = 1;

    public const int HeaderLength = 32;
    public const int HeaderVersionAt = 8;
    public const int HeaderFlagsAt = 12;
    public const int HeaderFileIdAt = 16;
    public const int HeaderTableVersionAt = 24;

    public const int TailLength = 32;
    public const int TailFooterLengthAt = 8;
    public const int TailFooterChecksumAt = 12;
    public const int TailReservedAt = 16;
    public const int TailChecksumAt = 20;
    public const int TailMagicAt = 24;

    public const int FooterFixedLength = 40;
    public const int FooterBlocksAt = 8;
    public const int FooterSchemaLengthAt = 12;
    public const int FooterLastKeyAt = 16;
    public const int FooterHeaderChecksumAt = 32;
    public const int FooterReservedAt = 36;

    public const int BlockEntryLength = 24;
    public const int BlockEntryRowsAt = 16;
    public const int BlockEntryLengthAt = 20;

    /// <summary>The first chunks of a block hold the two halves of the keys; the chunks of the columns follow.</summary>
    public const int FirstColumnChunk = 2;

    public const int ChecksumLength = 4;

    /// <summary>The most bytes of a block on disk.</summary>
    public const int MaxBlockLength = 1 << 30;

    /// <summary>The most rows of a block.</summary>
    public const int MaxBlockRows = 4096;

    /// <summary>
    /// The number that every checksum of the file includes. It is the same for the same table and version, whatever the path.
    /// </summary>
    public static ulong FileId(string name, ulong tableVersion) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(name), (long)tableVersion);

    /// <summary>The checksum of bytes at an offset of a file. It includes the file id and the offset.</summary>
    public static uint Checksum(ulong fileId, long offset, ReadOnlySpan<byte> bytes)
    {
        Span<byte> bound = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bound, fileId);
        BinaryPrimitives.WriteInt64LittleEndian(bound[8..], offset);
        return Crc32C.Append(Crc32C.Compute(bound), bytes);
    }
}
