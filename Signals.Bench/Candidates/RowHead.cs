using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Bench.Candidates;

/// <summary>
/// The value that some peers keep per user and type: a header and the newest rows, oldest first, sorted by time. A full head gives
/// its older half away, as a value of the same form, which the peer keeps under a key of its own. Thread contract: the owner of the
/// bytes. Layout: number of rows 4 B, number of earlier parts 4 B, newest time of the earlier parts 8 B, rows.
/// </summary>
internal readonly ref struct RowHead(Span<byte> bytes, int rowBytes)
{
    public const int HeaderBytes = 16;

    /// <summary>The most rows that a head holds.</summary>
    public const int MostRows = 256;

    /// <summary>The rows that a full head gives away.</summary>
    public const int PartRows = MostRows / 2;

    private readonly Span<byte> _bytes = bytes;

    public int Count
    {
        get => BinaryPrimitives.ReadInt32LittleEndian(_bytes);
        private set => BinaryPrimitives.WriteInt32LittleEndian(_bytes, value);
    }

    /// <summary>The number of parts that were given away before; the newest of them has this number.</summary>
    public int Parts
    {
        get => BinaryPrimitives.ReadInt32LittleEndian(_bytes[4..]);
        private set => BinaryPrimitives.WriteInt32LittleEndian(_bytes[4..], value);
    }

    /// <summary>The newest time in the parts that were given away before.</summary>
    public long NewestInParts
    {
        get => BinaryPrimitives.ReadInt64LittleEndian(_bytes[8..]);
        private set => BinaryPrimitives.WriteInt64LittleEndian(_bytes[8..], value);
    }

    /// <summary>The rows for which there is room.</summary>
    public int Capacity => Math.Min(MostRows, (_bytes.Length - HeaderBytes) / rowBytes);

    /// <summary>The bytes that are in use.</summary>
    public int UsedBytes => BytesFor(Count, rowBytes);

    public static int BytesFor(int rows, int rowBytes) => HeaderBytes + (rows * rowBytes);

    /// <summary>Makes the head empty.</summary>
    public void Initialize()
    {
        Count = 0;
        Parts = 0;
        NewestInParts = long.MinValue;
    }

    public long TimeAt(int row) => BinaryPrimitives.ReadInt64LittleEndian(_bytes[BytesFor(row, rowBytes)..]);

    /// <summary>Puts a row in its place, unless it is there already. False when there is no room for it.</summary>
    public bool TryInsert(in PackedRow row)
    {
        int count = Count;
        int place = count;
        for (; place > 0; place--)
        {
            long time = TimeAt(place - 1);
            if (time < row.Time)
            {
                break;
            }

            if (time == row.Time)
            {
                ulong id = IdAt(place - 1);
                if (id == row.Id)
                {
                    return true;
                }

                if (id > row.Id)
                {
                    break;
                }
            }
        }

        if (count == Capacity)
        {
            return false;
        }

        Span<byte> tail = _bytes[BytesFor(place, rowBytes)..];
        tail[..((count - place) * rowBytes)].CopyTo(tail[rowBytes..]);
        MemoryMarshal.AsBytes(new ReadOnlySpan<PackedRow>(in row))[..rowBytes].CopyTo(tail);
        Count = count + 1;
        return true;
    }

    /// <summary>Moves the older half of a full head into <paramref name="part"/>. Returns the number of the part.</summary>
    public int GiveAway(Span<byte> part)
    {
        int bytes = BytesFor(PartRows, rowBytes);
        _bytes[..bytes].CopyTo(part);
        BinaryPrimitives.WriteInt32LittleEndian(part, PartRows);
        NewestInParts = Math.Max(NewestInParts, TimeAt(PartRows - 1));
        _bytes[bytes..BytesFor(MostRows, rowBytes)].CopyTo(_bytes[HeaderBytes..]);
        Count = MostRows - PartRows;
        return ++Parts;
    }

    /// <summary>
    /// Writes the newest rows, none older than <paramref name="oldest"/>, into the answer. False when rows of earlier parts may
    /// belong to it, too.
    /// </summary>
    public bool TryAnswer(Answer answer, byte type, long oldest)
    {
        int last = Count - 1;
        int rows = Math.Min(Count, ICandidate.ReadRows);
        if (Parts > 0 && NewestInParts >= oldest && (rows < ICandidate.ReadRows || TimeAt(last - rows + 1) <= NewestInParts))
        {
            return false;
        }

        ref byte newest = ref MemoryMarshal.GetReference(_bytes[BytesFor(Math.Max(last, 0), rowBytes)..]);
        int count = 0;
        for (; count < rows; count++)
        {
            ref byte row = ref Unsafe.Subtract(ref newest, count * rowBytes);
            long time = Unsafe.ReadUnaligned<long>(ref row);
            if (time < oldest)
            {
                break;
            }

            answer.Times[count] = time;
            answer.Ids[count] = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref row, 8));
            answer.Types[count] = type;
            answer.Actions[count] = Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref row, 16));
            answer.Dwells[count] = Unsafe.ReadUnaligned<float>(ref Unsafe.Add(ref row, 20));
            answer.Surfaces[count] = Unsafe.Add(ref row, 24);
            answer.Items[count] = rowBytes == PackedRow.PlainBytes ? 0 : Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref row, 25));
        }

        answer.Count = count;
        return true;
    }

    /// <summary>Adds all rows to a collector.</summary>
    public void CollectInto(RowCollector rows)
    {
        for (int i = Count - 1; i >= 0; i--)
        {
            PackedRow row = default;
            _bytes.Slice(BytesFor(i, rowBytes), rowBytes).CopyTo(MemoryMarshal.AsBytes(new Span<PackedRow>(ref row)));
            rows.Add(row);
        }
    }

    private ulong IdAt(int row) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[(BytesFor(row, rowBytes) + 8)..]);
}
