using System.Buffers;
using System.Buffers.Binary;
using MessagePack;

namespace Signals.Storage.Versions;

/// <summary>
/// The encoding of what a store still keeps, and of the clock, in a version edit (<c>docs/formats/manifest.md</c>, tags 15 and 129).
/// Thread contract: pure functions; any thread. Bytes from a disk are not trusted: values that no opening can have stated throw
/// <see cref="InvalidDataException"/>.
/// </summary>
internal static class HeldLimitsFormat
{
    private const int Fields = 4;
    private const int ClockBytes = 24;
    private const long NoJump = long.MinValue;
    private const long LongestMs = 365_000L * 24 * 3600 * 1000;

    /// <summary>Writes the limits of one event type.</summary>
    public static void Write(ref MessagePackWriter writer, HeldLimit limit)
    {
        writer.WriteArrayHeader(Fields);
        writer.Write(limit.EventType);
        writer.Write(limit.KeepLast);
        if (limit.MaxAgeMs is long age)
        {
            writer.Write(age);
        }
        else
        {
            writer.WriteNil();
        }

        writer.Write(limit.SinceMs);
    }

    /// <summary>Reads the limits of one event type.</summary>
    public static HeldLimit Read(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        Require(fields == Fields, $"they have {fields} fields, expected {Fields}");
        ushort type = reader.ReadUInt16();
        int keep = reader.ReadInt32();
        long? age = reader.TryReadNil() ? null : reader.ReadInt64();
        Require(keep >= 1, $"the last {keep} events are kept, expected at least 1");
        Require(age is null or (>= 1 and <= LongestMs), $"events are kept for {age} ms, expected 1 to {LongestMs}");
        return new HeldLimit(type, keep, age, reader.ReadInt64());
    }

    /// <summary>Writes what is remembered of the clock.</summary>
    public static void Write(ref MessagePackWriter writer, ClockReading clock)
    {
        byte[] bytes = new byte[ClockBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, clock.SteadyMs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), clock.JumpMs ?? NoJump);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), clock.SeenMs);
        writer.Write(bytes);
    }

    /// <summary>Reads what is remembered of the clock.</summary>
    public static ClockReading ReadClock(ref MessagePackReader reader)
    {
        ReadOnlySequence<byte>? value = reader.ReadBytes();
        Require(value?.Length >= ClockBytes, $"what is remembered of the clock has {value?.Length ?? 0} bytes, expected {ClockBytes}");
        Span<byte> bytes = stackalloc byte[ClockBytes];
        value!.Value.Slice(0, ClockBytes).CopyTo(bytes);
        long jump = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        ClockReading clock = new(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            jump == NoJump ? null : jump,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        Require(IsTime(clock.SteadyMs) && IsTime(clock.JumpMs ?? 0) && IsTime(clock.SeenMs), "a time of the clock is none");
        return clock;
    }

    private static bool IsTime(long ms) =>
        ms >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"The limits that a store still holds, in a version edit, are not valid: {otherwise}.");
        }
    }
}
