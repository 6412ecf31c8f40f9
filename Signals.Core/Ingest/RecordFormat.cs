using System.Buffers.Binary;

namespace Signals.Core.Ingest;

/// <summary>
/// The header at the start of every record of the ring and of the WAL; see <c>docs/formats/record.md</c>. Pure. The length comes
/// first because the ring publishes a record by storing its length last.
/// </summary>
internal static class RecordFormat
{
    public const int LengthOffset = 0;
    public const int KindOffset = 4;
    public const int VersionOffset = 5;
    public const int TypeIdOffset = 6;
    public const int HeaderLength = 8;

    /// <summary>
    /// Records begin and end at multiples of this number of bytes, so a header never wraps and its length word is never torn.
    /// </summary>
    public const int Alignment = 8;

    /// <summary>The length of a record, header included, rounded up to the alignment.</summary>
    public static int Align(int length) => checked(length + Alignment - 1) & -Alignment;

    /// <summary>Writes all of the header except the length, which publishing the record writes.</summary>
    public static void WriteHeader(Span<byte> record, RecordKind kind, byte version, ushort typeId)
    {
        record[KindOffset] = (byte)kind;
        record[VersionOffset] = version;
        BinaryPrimitives.WriteUInt16LittleEndian(record[TypeIdOffset..], typeId);
    }
}
