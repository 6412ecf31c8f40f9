using System.Buffers.Binary;

namespace Signals.Core.Ingest;

/// <summary>The decoded header of a record. Immutable.</summary>
/// <param name="Length">The bytes of the record, header included.</param>
/// <param name="Kind">What the record holds.</param>
/// <param name="Version">The version of the body's layout. Each kind has its own versions.</param>
/// <param name="TypeId">The event type, where the kind has one.</param>
internal readonly record struct RecordHeader(int Length, RecordKind Kind, byte Version, ushort TypeId)
{
    /// <summary>
    /// Decodes the header at the start of <paramref name="record"/>, which must be long enough. The values are not checked.
    /// </summary>
    public static RecordHeader Read(ReadOnlySpan<byte> record) => new(
        BinaryPrimitives.ReadInt32LittleEndian(record[RecordFormat.LengthOffset..]),
        (RecordKind)record[RecordFormat.KindOffset],
        record[RecordFormat.VersionOffset],
        BinaryPrimitives.ReadUInt16LittleEndian(record[RecordFormat.TypeIdOffset..]));
}
