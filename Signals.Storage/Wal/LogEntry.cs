using System.Buffers.Binary;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Wal;

/// <summary>The header of one entry. Immutable.</summary>
/// <param name="PayloadBytes">The length of the payload; 0 marks the seal of a finished log.</param>
/// <param name="LogNumber">The log that the entry belongs to.</param>
/// <param name="Sequence">One more than the sequence of the previous entry, also across logs.</param>
/// <param name="SyncedOffset">The promise: up to this offset the log was durable when the entry was written.</param>
/// <param name="Position">The writer's stream position after the payload.</param>
internal readonly record struct LogEntry(int PayloadBytes, ulong LogNumber, ulong Sequence, long SyncedOffset, StreamPosition Position)
{
    /// <summary>Writes the header with the checksum of itself and the payload.</summary>
    public void Write(Span<byte> destination, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination[LogFormat.EntryLengthOffset..], PayloadBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[LogFormat.EntryLogNumberOffset..], LogNumber);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[LogFormat.EntrySequenceOffset..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[LogFormat.EntrySyncedOffset..], SyncedOffset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[LogFormat.EntryPositionOffset..], Position.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[LogFormat.EntryChecksumOffset..], Checksum(destination, payload));
    }

    /// <summary>Reads the fields without checking them.</summary>
    public static LogEntry Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt32LittleEndian(source[LogFormat.EntryLengthOffset..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[LogFormat.EntryLogNumberOffset..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[LogFormat.EntrySequenceOffset..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[LogFormat.EntrySyncedOffset..]),
        new StreamPosition(BinaryPrimitives.ReadInt64LittleEndian(source[LogFormat.EntryPositionOffset..])));

    /// <summary>Whether the stored checksum matches the header and the payload that follows it.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> headerAndPayload)
    {
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(headerAndPayload[LogFormat.EntryChecksumOffset..]);
        return stored == Checksum(headerAndPayload, headerAndPayload[LogFormat.EntryBytes..]);
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) =>
        Crc32C.Append(Crc32C.Compute(header[LogFormat.EntryLengthOffset..LogFormat.EntryBytes]), payload);
}
