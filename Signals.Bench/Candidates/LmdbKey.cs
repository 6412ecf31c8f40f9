using System.Buffers.Binary;

namespace Signals.Bench.Candidates;

/// <summary>
/// The key of a value in LMDB: user 8 B, type 1 B, part 4 B, big-endian. Part 0 is the head; the parts that it gave away are
/// numbered from 1.
/// </summary>
internal static class LmdbKey
{
    public const int Bytes = RocksDbKey.PrefixBytes + sizeof(uint);

    public static void Write(Span<byte> key, ulong user, byte type, int part)
    {
        RocksDbKey.WritePrefix(key, user, type);
        BinaryPrimitives.WriteInt32BigEndian(key[RocksDbKey.PrefixBytes..], part);
    }
}
