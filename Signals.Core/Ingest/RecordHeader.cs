using System.Buffers.Binary;

namespace Signals.Core.Ingest;

/// <summary>The decoded header of a record. Immutable.</summary>
/// <param name="Length">Bytes of the record, header included.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Version">The version of the body's layout, per kind.</param>
/// <param name="TypeId">The event type, where the kind has one.</param>
internal readonly record struct RecordHeader(int Length, RecordKind Kind, byte Version, ushort TypeId)
{
    /// <summary>Decodes the first bytes of <paramref name="record"/>, which must hold a header; judges nothing.</summary>
    public static RecordHeader Read(ReadOnlySpan<byte> record) => new(
        BinaryPrimitives.ReadInt32LittleEndian(record[RecordFormat.LengthOffset..]),
        (RecordKind)record[RecordFormat.KindOffset],
        record[RecordFormat.VersionOffset],
        BinaryPrimitives.ReadUInt16LittleEndian(record[RecordFormat.TypeIdOffset..]));
}
