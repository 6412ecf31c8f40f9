using System.Buffers.Binary;
using System.Numerics;

namespace Signals.Serving;

/// <summary>
/// Identifies one served sequence in 56 bytes. You can log it instead of the features: the store gives exactly the same sequence
/// again as long as it keeps the version. Immutable, equal by value.
/// </summary>
/// <remarks>
/// The bytes, little-endian: user 16 (high half first), definition 8, position 8, as-of 8, version 4, then 24 bits of length, 4
/// bits of status and 4 bits of format (1), checksum 4, and CRC-32C of these 52 bytes 4. They are the same on every machine.
/// </remarks>
public readonly record struct SequenceReceipt
{
    /// <summary>The length of a written receipt in bytes.</summary>
    public const int Bytes = 56;

    internal const int MaxLength = (1 << LengthBits) - 1;

    private const int LengthBits = 24;
    private const int FormatShift = 28;
    private const uint Format = 1;
    private const int CheckOffset = Bytes - sizeof(uint);

    /// <summary>The user of the sequence.</summary>
    public required UserId User { get; init; }

    /// <summary>The first 64 bits of the content hash of the effective definition, its overrides included.</summary>
    public required ulong Definition { get; init; }

    /// <summary>The stream position after the last commit that the read saw.</summary>
    public required long Position { get; init; }

    /// <summary>The time at which windows and ages were evaluated, in milliseconds since the Unix epoch, UTC.</summary>
    public required long AsOfMs { get; init; }

    /// <summary>The version of the store that the read saw.</summary>
    public required uint Version { get; init; }

    /// <summary>The number of events in the sequence.</summary>
    public required int Length { get; init; }

    /// <summary>The status of the answer.</summary>
    public required ServingStatus Status { get; init; }

    /// <summary>
    /// The CRC-32C of the events' times, ids and types, and of the columns in the answer. Columns that an enricher computes or
    /// may compute at serving are left out.
    /// </summary>
    public required uint Checksum { get; init; }

    /// <summary>
    /// Reads a receipt from the first <see cref="Bytes"/> bytes. False when these are not a receipt, or are damaged.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out SequenceReceipt receipt)
    {
        receipt = default;
        if (source.Length < Bytes || BinaryPrimitives.ReadUInt32LittleEndian(source[CheckOffset..]) != Check(source[..CheckOffset]))
        {
            return false;
        }

        uint packed = BinaryPrimitives.ReadUInt32LittleEndian(source[44..]);
        receipt = new SequenceReceipt
        {
            User = new UserId(BinaryPrimitives.ReadUInt64LittleEndian(source), BinaryPrimitives.ReadUInt64LittleEndian(source[8..])),
            Definition = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            Position = BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            AsOfMs = BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            Version = BinaryPrimitives.ReadUInt32LittleEndian(source[40..]),
            Length = (int)(packed & MaxLength),
            Status = (ServingStatus)(packed >> LengthBits & 0xF),
            Checksum = BinaryPrimitives.ReadUInt32LittleEndian(source[48..]),
        };
        return packed >> FormatShift == Format && receipt.Position >= 0;
    }

    /// <summary>Writes the receipt. False when the destination has fewer than <see cref="Bytes"/> bytes.</summary>
    public bool TryWrite(Span<byte> destination)
    {
        if (destination.Length < Bytes)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(destination, User.High);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], User.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Definition);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Position);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], AsOfMs);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[40..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(
            destination[44..], (uint)Length & MaxLength | (uint)Status << LengthBits | Format << FormatShift);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[48..], Checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[CheckOffset..], Check(destination[..CheckOffset]));
        return true;
    }

    private static uint Check(ReadOnlySpan<byte> bytes)
    {
        uint state = uint.MaxValue;
        foreach (byte value in bytes)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return ~state;
    }
}
