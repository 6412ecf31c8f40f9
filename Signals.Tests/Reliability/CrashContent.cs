using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Signals.Tests.Reliability;

/// <summary>
/// Everything that a store answers for its users, as bytes: equal answers are equal bytes, and <see cref="Describe"/> makes them
/// readable. Threads: one. Reused by clearing.
/// </summary>
internal sealed class CrashContent
{
    private readonly ArrayBufferWriter<byte> _bytes = new(16 << 10);

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public void Clear() => _bytes.ResetWrittenCount();

    /// <summary>Adds one row; the order is type, user, newest first.</summary>
    public void Add(int type, int user, long time, ulong id)
    {
        Span<byte> key = _bytes.GetSpan(18);
        key[0] = (byte)type;
        key[1] = (byte)user;
        BinaryPrimitives.WriteInt64LittleEndian(key[2..], time);
        BinaryPrimitives.WriteUInt64LittleEndian(key[10..], id);
        _bytes.Advance(18);
    }

    /// <summary>Adds one column of the row added last.</summary>
    public void Add(ColumnState state, ReadOnlySpan<byte> value)
    {
        value = state == ColumnState.Value ? value : default;
        Span<byte> head = _bytes.GetSpan(3);
        head[0] = (byte)state;
        BinaryPrimitives.WriteUInt16LittleEndian(head[1..], (ushort)value.Length);
        _bytes.Advance(3);
        _bytes.Write(value);
    }

    /// <summary>Reads a whole store.</summary>
    public void Read(SignalStore store, ReadOnlySpan<UserId> users)
    {
        Clear();
        for (int type = 0; type < CrashSchema.Names.Length; type++)
        {
            using SequenceBatch rows = store.ReadMany(users, store.Query(CrashSchema.Names[type]).Build());
            Add(type, rows);
        }
    }

    /// <summary>One line a row.</summary>
    public static string[] Describe(ReadOnlySpan<byte> content)
    {
        List<string> lines = [];
        StringBuilder line = new();
        while (!content.IsEmpty)
        {
            int type = content[0];
            line.Clear().Append(
                $"{CrashSchema.Names[type]} user {content[1]} time {BinaryPrimitives.ReadInt64LittleEndian(content[2..])} id "
                    + $"{BinaryPrimitives.ReadUInt64LittleEndian(content[10..])}");
            content = content[18..];
            for (int i = 0; i < CrashSchema.ColumnCount(type); i++)
            {
                int length = BinaryPrimitives.ReadUInt16LittleEndian(content[1..]);
                line.Append($" {(ColumnState)content[0]}:{Convert.ToHexString(content.Slice(3, Math.Min(length, 16)))}");
                content = content[(3 + length)..];
            }

            lines.Add(line.ToString());
        }

        return [.. lines];
    }

    private void Add(int type, in SequenceBatch rows)
    {
        ReadOnlySpan<int> offsets = rows.Offsets;
        for (int user = 0; user < rows.UserCount; user++)
        {
            for (int row = offsets[user]; row < offsets[user + 1]; row++)
            {
                Add(type, user, rows.Times[row], rows.Ids[row]);
                switch (type)
                {
                    case CrashSchema.View:
                        Add(rows.States("amount")[row], MemoryMarshal.AsBytes(rows.Field<int>("amount").Slice(row, 1)));
                        Add(rows.States("note")[row], rows.Bytes("note", row));
                        break;
                    case CrashSchema.Buy:
                        ReadOnlySpan<sbyte> vectors = rows.Vector<sbyte>("embedding");
                        Add(rows.States("cents")[row], MemoryMarshal.AsBytes(rows.Field<long>("cents").Slice(row, 1)));
                        Add(
                            rows.States("embedding")[row],
                            MemoryMarshal.AsBytes(vectors.Slice(row * CrashSchema.Dimensions, CrashSchema.Dimensions)));
                        break;
                    default:
                        Add(rows.States("blob")[row], rows.Bytes("blob", row));
                        break;
                }
            }
        }
    }
}
