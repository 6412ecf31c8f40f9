using System.Buffers.Binary;

namespace Signals.Core.Ingest;

/// <summary>The record that erases a user's events up to a time. Pure; see docs/formats/batch-record.md.</summary>
internal static class EraseRecord
{
    /// <summary>The length of the record in bytes, header included.</summary>
    public const int Length = CutoffOffset + sizeof(long);

    private const byte Version = 1;
    private const int UserHighOffset = RecordFormat.HeaderLength;
    private const int UserLowOffset = UserHighOffset + sizeof(ulong);
    private const int CutoffOffset = UserLowOffset + sizeof(ulong);

    /// <summary>Writes the record, except the length, which publishing writes.</summary>
    /// <param name="record">At least <see cref="Length"/> bytes.</param>
    /// <param name="user">The user whose events are erased.</param>
    /// <param name="cutoffMs">The newest event time to erase.</param>
    public static void Write(Span<byte> record, UserId user, long cutoffMs)
    {
        RecordFormat.WriteHeader(record, RecordKind.Erase, Version, typeId: 0);
        BinaryPrimitives.WriteUInt64LittleEndian(record[UserHighOffset..], user.High);
        BinaryPrimitives.WriteUInt64LittleEndian(record[UserLowOffset..], user.Low);
        BinaryPrimitives.WriteInt64LittleEndian(record[CutoffOffset..], cutoffMs);
    }

    /// <summary>Reads a record, header included.</summary>
    /// <exception cref="InvalidDataException">The record is not an erase record that this version can read.</exception>
    public static (UserId User, long CutoffMs) Read(ReadOnlySpan<byte> record)
    {
        if (record.Length != Length)
        {
            throw new InvalidDataException($"An erase record has {Length} bytes, found {record.Length}.");
        }

        RecordHeader header = RecordHeader.Read(record);
        if (header.Kind != RecordKind.Erase || header.Version != Version || header.TypeId != 0)
        {
            throw new InvalidDataException(
                $"Found a record of kind {header.Kind}, version {header.Version}, event type {header.TypeId}; expected "
                + $"{RecordKind.Erase}, {Version}, 0.");
        }

        var user = new UserId(
            BinaryPrimitives.ReadUInt64LittleEndian(record[UserHighOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[UserLowOffset..]));
        return (user, BinaryPrimitives.ReadInt64LittleEndian(record[CutoffOffset..]));
    }
}
