using System.Buffers.Binary;

namespace Signals.Core.Ingest;

/// <summary>
/// The header that every record of the ring and of the WAL begins with; see <c>docs/formats/record.md</c>. Pure.
/// The length comes first because the ring publishes a record by storing it last.
/// </summary>
internal static class RecordFormat
{
    public const int LengthOffset = 0;
    public const int KindOffset = 4;
    public const int VersionOffset = 5;
    public const int TypeIdOffset = 6;
    public const int HeaderLength = 8;

    /// <summary>Records begin and end on multiples of this, so that a header never wraps and its length word is never torn.</summary>
    public const int Alignment = 8;

    /// <summary>The length of the record, header included, that holds this many bytes.</summary>
    public static int Align(int length) => checked(length + Alignment - 1) & -Alignment;

    /// <summary>Writes all of the header but the length, which publishing the record writes.</summary>
    public static void WriteHeader(Span<byte> record, RecordKind kind, byte version, ushort typeId)
    {
        record[KindOffset] = (byte)kind;
        record[VersionOffset] = version;
        BinaryPrimitives.WriteUInt16LittleEndian(record[TypeIdOffset..], typeId);
    }
}
