using System.Buffers.Binary;
using System.Text.Unicode;

namespace Signals.Core.Ingest;

/// <summary>
/// A view of a group record. It lives as long as the bytes it was opened on, and is safe for any thread while those do not
/// change. It does not check the batch records inside; <see cref="BatchRecordReader"/> does.
/// </summary>
internal readonly ref struct GroupRecordReader
{
    private GroupRecordReader(
        ReadOnlySpan<byte> source, long position, SourceIncarnation incarnation, int generation, ReadOnlySpan<byte> records)
    {
        Source = source;
        Position = position;
        Incarnation = incarnation;
        Generation = generation;
        Records = records;
    }

    /// <summary>The name of the source, valid UTF-8.</summary>
    public ReadOnlySpan<byte> Source { get; }

    /// <summary>The position at which the source continues after this group; 0 or more.</summary>
    public long Position { get; }

    /// <summary>Which source uses the name.</summary>
    public SourceIncarnation Incarnation { get; }

    /// <summary>How often the source was reset; 0 or more.</summary>
    public int Generation { get; }

    /// <summary>The batch records, one after the other. May be empty.</summary>
    public ReadOnlySpan<byte> Records { get; }

    /// <summary>Opens a record, header included.</summary>
    /// <exception cref="InvalidDataException">The record is not a group record that this version can read.</exception>
    public static GroupRecordReader Open(ReadOnlySpan<byte> record)
    {
        Require(record.Length >= GroupRecordFormat.NameOffset, "the record is shorter than its fixed part");
        RecordHeader header = RecordHeader.Read(record);
        Require(
            header.Kind == RecordKind.Group
                && header.Version is GroupRecordFormat.Version or GroupRecordFormat.IncarnationVersion
                && header.TypeId == 0,
            $"kind {header.Kind}, version {header.Version}, event type {header.TypeId} found where {RecordKind.Group}, " +
            $"{GroupRecordFormat.Version} or {GroupRecordFormat.IncarnationVersion}, 0 are expected");
        int nameOffset = GroupRecordFormat.NameOffsetOf(header.Version);
        Require(record.Length >= nameOffset, "the record is shorter than its fixed part");
        long position = BinaryPrimitives.ReadInt64LittleEndian(record[GroupRecordFormat.PositionOffset..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(record[GroupRecordFormat.NameLengthOffset..]);
        Require(position >= 0, "the position is negative");
        Require(length is > 0 and <= GroupRecordFormat.MaxNameBytes, $"the source's name has {length} bytes");
        SourceIncarnation incarnation = default;
        int generation = 0;
        if (header.Version == GroupRecordFormat.Version)
        {
            Require(!record[GroupRecordFormat.ReservedOffset..nameOffset].ContainsAnyExcept((byte)0), "bytes that must be 0 are not");
        }
        else
        {
            (incarnation, generation) = ReadIncarnation(record);
        }

        int records = GroupRecordFormat.RecordsOffset(header.Version, length);
        Require(record.Length >= records, "the record is shorter than its source's name");
        ReadOnlySpan<byte> name = record.Slice(nameOffset, length);
        Require(Utf8.IsValid(name), "the source's name is not UTF-8");
        return new GroupRecordReader(name, position, incarnation, generation, record[records..]);
    }

    private static (SourceIncarnation Incarnation, int Generation) ReadIncarnation(ReadOnlySpan<byte> record)
    {
        int prefixBytes = BinaryPrimitives.ReadUInt16LittleEndian(record[GroupRecordFormat.PrefixBytesOffset..]);
        int generation = BinaryPrimitives.ReadInt32LittleEndian(record[GroupRecordFormat.GenerationOffset..]);
        SourceIncarnation incarnation =
            new(BinaryPrimitives.ReadUInt128LittleEndian(record[GroupRecordFormat.IncarnationOffset..]), prefixBytes);
        Require(prefixBytes <= SourceIncarnation.MaxPrefixBytes, $"the fingerprint is of {prefixBytes} bytes");
        Require(generation >= 0 && (generation > 0 || !incarnation.IsNone), "it has neither an incarnation nor a generation");
        return (incarnation, generation);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"Damaged group record: {otherwise}.");
        }
    }
}
