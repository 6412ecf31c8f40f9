using System.Buffers.Binary;

namespace Signals.Bench.Candidates;

/// <summary>
/// The key and value of one event in RocksDB. Key: user 8 B big-endian, type 1 B, inverted time 8 B, id 8 B. So the events of a
/// user and type share one prefix and are ordered newest first. Value: surface 1 B, action 4 B, dwell 4 B, and item 8 B
/// where it is a field.
/// </summary>
internal static class RocksDbKey
{
    public const int PrefixBytes = 9;
    public const int Bytes = 25;
    public const int ValueBytes = 17;

    /// <summary>The bytes of a value without the item.</summary>
    public const int PlainValueBytes = 9;

    public static void WritePrefix(Span<byte> key, ulong user, byte type)
    {
        BinaryPrimitives.WriteUInt64BigEndian(key, user);
        key[8] = type;
    }

    public static void Write(Span<byte> key, Span<byte> value, EventLog log, int i)
    {
        WriteKey(key, log, i);
        WriteFields(value, log, i);
    }

    public static void WriteKey(Span<byte> key, EventLog log, int i)
    {
        WritePrefix(key, log.Users[i], log.Types[i]);
        BinaryPrimitives.WriteUInt64BigEndian(key[9..], ~(ulong)log.Times[i]);
        BinaryPrimitives.WriteUInt64BigEndian(key[17..], log.Ids[i]);
    }

    /// <summary>Writes the fields, and the item if there is room for it.</summary>
    public static void WriteFields(Span<byte> value, EventLog log, int i)
    {
        value[0] = log.Surfaces[i];
        BinaryPrimitives.WriteInt32LittleEndian(value[1..], log.Actions[i]);
        BinaryPrimitives.WriteSingleLittleEndian(value[5..], log.Dwells[i]);
        if (value.Length >= ValueBytes)
        {
            BinaryPrimitives.WriteInt64LittleEndian(value[PlainValueBytes..], log.Items[i]);
        }
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
        answer.Surfaces[row] = value[0];
        answer.Actions[row] = BinaryPrimitives.ReadInt32LittleEndian(value[1..]);
        answer.Dwells[row] = BinaryPrimitives.ReadSingleLittleEndian(value[5..]);
        answer.Items[row] = value.Length >= ValueBytes ? BinaryPrimitives.ReadInt64LittleEndian(value[PlainValueBytes..]) : 0;
    }
}
