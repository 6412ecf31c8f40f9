using System.Buffers.Binary;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>
/// The key and value of one event in RocksDB. Key: user 8 B big-endian, type 1 B, inverted time 8 B, id 8 B. So the events of a
/// user and type share one prefix and are ordered newest first. Value: item 8 B, surface 1 B, action 4 B, dwell 4 B.
/// </summary>
internal static class RocksDbKey
{
    public const int PrefixBytes = 9;
    public const int Bytes = 25;
    public const int ValueBytes = 17;

    public static void WritePrefix(Span<byte> key, uint user, byte type)
    {
        BinaryPrimitives.WriteUInt64BigEndian(key, user);
        key[8] = type;
    }

    public static void Write(Span<byte> key, Span<byte> value, EventLog log, int i)
    {
        WritePrefix(key, log.Users[i], log.Types[i]);
        BinaryPrimitives.WriteUInt64BigEndian(key[9..], ~(ulong)log.Times[i]);
        BinaryPrimitives.WriteUInt64BigEndian(key[17..], log.Ids[i]);
        WriteFields(value, log, i);
    }

    public static void WriteFields(Span<byte> value, EventLog log, int i)
    {
        BinaryPrimitives.WriteInt64LittleEndian(value, log.Items[i]);
        value[8] = log.Surfaces[i];
        BinaryPrimitives.WriteInt32LittleEndian(value[9..], log.Actions[i]);
        BinaryPrimitives.WriteSingleLittleEndian(value[13..], log.Dwells[i]);
    }

    public static long ReadTime(ReadOnlySpan<byte> key) => (long)~BinaryPrimitives.ReadUInt64BigEndian(key[9..]);

    public static void Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Answer answer, int row)
    {
        answer.Times[row] = ReadTime(key);
        answer.Ids[row] = BinaryPrimitives.ReadUInt64BigEndian(key[17..]);
        answer.Types[row] = key[8];
        ReadFields(value, answer, row);
    }

    public static void ReadFields(ReadOnlySpan<byte> value, Answer answer, int row)
    {
        answer.Items[row] = BinaryPrimitives.ReadInt64LittleEndian(value);
        answer.Surfaces[row] = value[8];
        answer.Actions[row] = BinaryPrimitives.ReadInt32LittleEndian(value[9..]);
        answer.Dwells[row] = BinaryPrimitives.ReadSingleLittleEndian(value[13..]);
    }
}
