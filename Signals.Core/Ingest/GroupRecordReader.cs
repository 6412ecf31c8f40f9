using System.Buffers.Binary;
using System.Text.Unicode;

namespace Signals.Core.Ingest;

/// <summary>
/// A view of a group record. Lives as long as the bytes it was opened on; safe for any thread while those do not change. The batch
/// records in it are for their own reader to judge.
/// </summary>
internal readonly ref struct GroupRecordReader
{
    private GroupRecordReader(ReadOnlySpan<byte> source, long position, ReadOnlySpan<byte> records)
    {
        Source = source;
        Position = position;
        Records = records;
    }

    /// <summary>The name of the source, valid UTF-8.</summary>
    public ReadOnlySpan<byte> Source { get; }

    /// <summary>Where the source goes on after this group; 0 or more.</summary>
    public long Position { get; }

    /// <summary>Batch records, one behind the other; may be empty.</summary>
    public ReadOnlySpan<byte> Records { get; }

    /// <summary>Opens a record, header included.</summary>
    /// <exception cref="InvalidDataException">It is no group record that this version reads.</exception>
    public static GroupRecordReader Open(ReadOnlySpan<byte> record)
    {
        Require(record.Length >= GroupRecordFormat.NameOffset, "the record is shorter than its fixed part");
        RecordHeader header = RecordHeader.Read(record);
        Require(
            header.Kind == RecordKind.Group && header.Version == GroupRecordFormat.Version && header.TypeId == 0,
            $"kind {header.Kind}, version {header.Version}, event type {header.TypeId} found where {RecordKind.Group}, {GroupRecordFormat.Version}, 0 are expected");
        long position = BinaryPrimitives.ReadInt64LittleEndian(record[GroupRecordFormat.PositionOffset..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(record[GroupRecordFormat.NameLengthOffset..]);
        Require(position >= 0, "the position is negative");
        Require(length is > 0 and <= GroupRecordFormat.MaxNameBytes, $"the source's name has {length} bytes");
        Require(!record[GroupRecordFormat.ReservedOffset..GroupRecordFormat.NameOffset].ContainsAnyExcept((byte)0), "bytes that must be 0 are not");
        int records = GroupRecordFormat.RecordsOffset(length);
        Require(record.Length >= records, "the record is shorter than its source's name");
        ReadOnlySpan<byte> name = record.Slice(GroupRecordFormat.NameOffset, length);
        Require(Utf8.IsValid(name), "the source's name is not UTF-8");
        return new GroupRecordReader(name, position, record[records..]);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"Damaged group record: {otherwise}.");
        }
    }
}
