using System.Buffers.Binary;
using Signals.Storage.Primitives;

namespace Signals.Storage.Wal;

/// <summary>The header of one frame. Immutable.</summary>
/// <param name="PayloadBytes">The length of the payload; 0 marks the seal of a finished log.</param>
/// <param name="LogNumber">The log that the frame belongs to.</param>
/// <param name="Sequence">One more than the sequence of the previous frame, also across logs.</param>
/// <param name="SyncedOffset">The promise: up to this offset the log was durable when the frame was written.</param>
/// <param name="Position">The writer's stream position after the payload.</param>
internal readonly record struct LogFrame(int PayloadBytes, ulong LogNumber, ulong Sequence, long SyncedOffset, long Position)
{
    /// <summary>Writes the header with the checksum of itself and the payload.</summary>
    public void Write(Span<byte> destination, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination[LogFormat.FrameLengthOffset..], PayloadBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[LogFormat.FrameLogNumberOffset..], LogNumber);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[LogFormat.FrameSequenceOffset..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[LogFormat.FrameSyncedOffset..], SyncedOffset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[LogFormat.FramePositionOffset..], Position);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[LogFormat.FrameChecksumOffset..], Checksum(destination, payload));
    }

    /// <summary>Reads the fields without checking them.</summary>
    public static LogFrame Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt32LittleEndian(source[LogFormat.FrameLengthOffset..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[LogFormat.FrameLogNumberOffset..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[LogFormat.FrameSequenceOffset..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[LogFormat.FrameSyncedOffset..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[LogFormat.FramePositionOffset..]));

    /// <summary>Whether the stored checksum matches the header and the payload that follows it.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> headerAndPayload)
    {
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(headerAndPayload[LogFormat.FrameChecksumOffset..]);
        return stored == Checksum(headerAndPayload, headerAndPayload[LogFormat.FrameBytes..]);
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) =>
        Crc32C.Append(Crc32C.Compute(header[LogFormat.FrameLengthOffset..LogFormat.FrameBytes]), payload);
}
