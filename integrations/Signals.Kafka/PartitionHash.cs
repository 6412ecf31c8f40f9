using System.Buffers.Binary;

namespace Signals.Kafka;

/// <summary>
/// Which partition a user's records go to: murmur2 over the user's 16 bytes, as the default partitioner of Kafka's own Java client
/// computes it. Pure; any thread. It is part of the format (docs/formats/partition-log.md) and never changes.
/// </summary>
public static class PartitionHash
{
    /// <summary>The length of a record's key: the user's id in 128 bits, most significant byte first.</summary>
    public const int KeyBytes = 16;

    private const uint Seed = 0x9747B28C;
    private const uint Multiplier = 0x5BD1E995;
    private const int Shift = 24;

    /// <summary>The partition of a user.</summary>
    /// <param name="user">The user.</param>
    /// <param name="partitions">How many partitions the topic has; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no partitions.</exception>
    public static int PartitionOf(UserId user, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);

        // Murmur2 of the key, without writing it: every read of a cluster asks.
        uint hash = Seed ^ KeyBytes;
        hash = Mix(hash, BinaryPrimitives.ReverseEndianness((uint)(user.High >> 32)));
        hash = Mix(hash, BinaryPrimitives.ReverseEndianness((uint)user.High));
        hash = Mix(hash, BinaryPrimitives.ReverseEndianness((uint)(user.Low >> 32)));
        hash = Mix(hash, BinaryPrimitives.ReverseEndianness((uint)user.Low));
        return (int)(Finish(hash) & int.MaxValue) % partitions;
    }

    /// <summary>The partition of a record with this key, whatever the key's length is.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="partitions">How many partitions the topic has; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no partitions.</exception>
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return (int)(Murmur2(key) & int.MaxValue) % partitions;
    }

    /// <summary>The key of a user's records, as a new array.</summary>
    public static byte[] KeyOf(UserId user)
    {
        byte[] key = new byte[KeyBytes];
        WriteKey(user, key);
        return key;
    }

    /// <summary>Writes the key of a user's records.</summary>
    /// <param name="user">The user.</param>
    /// <param name="key">At least <see cref="KeyBytes"/> bytes.</param>
    public static void WriteKey(UserId user, Span<byte> key)
    {
        BinaryPrimitives.WriteUInt64BigEndian(key, user.High);
        BinaryPrimitives.WriteUInt64BigEndian(key[sizeof(ulong)..], user.Low);
    }

    /// <summary>Reads a user from a key. False when it has another length, or when it is that of nobody (all bytes 0).</summary>
    public static bool TryReadKey(ReadOnlySpan<byte> key, out UserId user)
    {
        user = key.Length == KeyBytes
            ? new UserId(BinaryPrimitives.ReadUInt64BigEndian(key), BinaryPrimitives.ReadUInt64BigEndian(key[sizeof(ulong)..]))
            : default;
        return !user.IsNobody;
    }

    /// <summary>MurmurHash2 in 32 bits, with the seed of Kafka's clients.</summary>
    internal static uint Murmur2(ReadOnlySpan<byte> data)
    {
        uint hash = Seed ^ (uint)data.Length;
        while (data.Length >= sizeof(uint))
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt32LittleEndian(data));
            data = data[sizeof(uint)..];
        }

        if (data.Length > 0)
        {
            uint rest = 0;
            for (int i = 0; i < data.Length; i++)
            {
                rest |= (uint)data[i] << (8 * i);
            }

            hash = (hash ^ rest) * Multiplier;
        }

        return Finish(hash);
    }

    private static uint Mix(uint hash, uint word)
    {
        word *= Multiplier;
        return (hash * Multiplier) ^ ((word ^ (word >> Shift)) * Multiplier);
    }

    private static uint Finish(uint hash)
    {
        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
