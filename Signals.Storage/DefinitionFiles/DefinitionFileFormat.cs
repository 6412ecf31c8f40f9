using System.Buffers.Binary;
using Signals.Storage.Primitives;

namespace Signals.Storage.DefinitionFiles;

/// <summary>
/// Every constant of the file of stored definitions, shared by writer and reader; described in <c>docs/formats/definitions.md</c>.
/// All integers are little-endian.
/// </summary>
internal static class DefinitionFileFormat
{
    /// <summary>"SIGNDEFS" as the first eight bytes.</summary>
    public const ulong Magic = 0x53464544_4E474953;

    /// <summary>The version that is written, and the only one that is read.</summary>
    public const uint Version = 1;

    public const int VersionOffset = 8;
    public const int ChecksumOffset = 12;
    public const int HeaderBytes = 16;

    /// <summary>The most bytes of a file. A change that needs more is refused.</summary>
    public const int MostBytes = 64 << 20;

    public const byte RetiredFlag = 1;
    public const byte ShadowFlag = 2;

    public const byte OwnStagesFlag = 1;
    public const byte HostCodeFlag = 2;

    /// <summary>The CRC-32C of a whole file without the four bytes of the checksum itself.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> file) =>
        Crc32C.Append(Crc32C.Compute(file[..ChecksumOffset]), file[HeaderBytes..]);

    /// <summary>
    /// The version of an intact file that a newer program wrote; null for any other bytes. Magic, version and checksum have this place
    /// and meaning in every version.
    /// </summary>
    public static uint? FindNewerVersion(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(file) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(file[ChecksumOffset..]) != ChecksumOf(file))
        {
            return null;
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(file[VersionOffset..]);
        return version > Version ? version : null;
    }

    /// <summary>Puts magic, version and checksum in front of the content that follows them.</summary>
    public static void Seal(Span<byte> file)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(file, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(file[VersionOffset..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(file[ChecksumOffset..], ChecksumOf(file));
    }
}
