using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Storage.Primitives;

namespace Signals.Storage.Segments;

/// <summary>
/// Adjacent rows of a temporary sorted run, and their encoded bytes: length (u32), CRC-32C (u32), number of rows (u32), then for
/// each key and column a length (u32) and a column chunk. Thread contract: one thread. Reused from block to block. A run is read
/// only by the process that wrote it.
/// </summary>
internal sealed class SpillBlock
{
    /// <summary>Bytes of the length and the checksum, which precede the rest.</summary>
    public const int HeaderBytes = 2 * sizeof(uint);

    private const int HighKey = 0, LowKey = 1, TimeKey = 2, IdKey = 3, MarksKey = 4, Keys = 5;

    // The columns of the keys, then the columns of cells.
    private readonly ColumnBuffer[] _buffers;
    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>Creates an empty block for rows whose cells have these types.</summary>
    public SpillBlock(IEnumerable<ColumnType> types)
    {
        ColumnType number = ColumnType.Scalar<ulong>();
        _buffers = [.. new[] { number, number, ColumnType.Scalar<long>(), number, ColumnType.Scalar<byte>() }.Concat(types)
            .Select(type => new ColumnBuffer(type, capacity: 1))];
    }

    /// <summary>The number of rows.</summary>
    public int Count => _buffers[HighKey].Count;

    /// <summary>The cells, by column id. A column without rows is Absent in all rows.</summary>
    public ReadOnlySpan<ColumnBuffer> Columns => _buffers.AsSpan(Keys);

    /// <summary>Bytes of all arrays.</summary>
    public long HeldBytes => _bytes.Length + _buffers.Sum(buffer => buffer.HeldBytes);

    /// <summary>Bytes that the rows take.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>The user of a row.</summary>
    public UserId User(int row) => new(Key<ulong>(HighKey)[row], Key<ulong>(LowKey)[row]);

    /// <summary>The time of a row.</summary>
    public long Time(int row) => Key<long>(TimeKey)[row];

    /// <summary>The event id of a row.</summary>
    public ulong Id(int row) => Key<ulong>(IdKey)[row];

    /// <summary>The marks of a row.</summary>
    public RowMarks Marks(int row) => (RowMarks)_buffers[MarksKey].Values[row];

    /// <summary>Appends a copy of the current row of a walk, with the given columns.</summary>
    public void Append(SegmentRows from, ReadOnlySpan<int> columns)
    {
        _buffers[HighKey].Append(from.User.High);
        _buffers[LowKey].Append(from.User.Low);
        _buffers[TimeKey].Append(from.Time);
        _buffers[IdKey].Append(from.Id);
        _buffers[MarksKey].Append((byte)from.Marks);
        UsedBytes += Keys * sizeof(ulong);
        foreach (int column in columns)
        {
            ColumnBuffer source = from.Columns[column];
            ColumnBuffer target = _buffers[Keys + column];
            if (source.Count == 0)
            {
                target.AppendMissing(ColumnState.Absent);
            }
            else
            {
                target.AppendRow(source, from.Row);
            }

            UsedBytes += sizeof(ColumnState) + target.GetValue(target.Count - 1).Length;
        }
    }

    /// <summary>Removes all rows and keeps the memory.</summary>
    public void Clear()
    {
        UsedBytes = 0;
        foreach (ColumnBuffer buffer in _buffers)
        {
            buffer.Clear();
        }
    }

    /// <summary>Encodes the rows. The bytes are valid until the next call.</summary>
    public ReadOnlySpan<byte> Encode()
    {
        _length = HeaderBytes;
        BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), Count);
        foreach (ColumnBuffer buffer in _buffers)
        {
            ChunkDecision decision = ColumnChunkWriter.Plan(buffer, 0, buffer.Count);
            BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), decision.Length);
            ColumnChunkWriter.Write(buffer, decision, Take(decision.Length));
        }

        Span<byte> body = _bytes.AsSpan(HeaderBytes, _length - HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(sizeof(uint)), Crc32C.Compute(body));
        return _bytes.AsSpan(0, _length);
    }

    /// <summary>
    /// Takes the header of a block. The caller reads the rest of the block into the result, then calls <see cref="Decode"/>.
    /// </summary>
    /// <exception cref="InvalidDataException">The block is longer than the rest of its file.</exception>
    public Span<byte> Prepare(ReadOnlySpan<byte> header, long left)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (length < sizeof(uint) || length > left)
        {
            throw new InvalidDataException($"The block has {length} bytes, but only {left} bytes of the file are left.");
        }

        _length = 0;
        header.CopyTo(Take(HeaderBytes));
        return Take(checked((int)length));
    }

    /// <summary>Replaces the rows with those of the bytes that were read.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those that were written.</exception>
    public void Decode()
    {
        ReadOnlySpan<byte> bytes = _bytes.AsSpan(HeaderBytes, _length - HeaderBytes);
        if (Crc32C.Compute(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(sizeof(uint))))
        {
            throw new InvalidDataException("The checksum of a block is wrong.");
        }

        Clear();
        int rows = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        bytes = bytes[sizeof(int)..];
        foreach (ColumnBuffer buffer in _buffers)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            ReadOnlySpan<byte> chunk = bytes.Slice(sizeof(int), length);
            bytes = bytes[(sizeof(int) + length)..];
            if (length > 0)
            {
                ColumnChunk.Open(buffer.Type, chunk, rows).AppendTo(buffer, 0, rows);
            }
        }
    }

    private ReadOnlySpan<T> Key<T>(int key)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_buffers[key].Values);

    private Span<byte> Take(int length)
    {
        if (length > _bytes.Length - _length)
        {
            Array.Resize(ref _bytes, checked((int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)_length + length))));
        }

        _length += length;
        return _bytes.AsSpan(_length - length, length);
    }
}
