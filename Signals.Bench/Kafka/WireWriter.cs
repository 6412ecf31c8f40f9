using System.Buffers.Binary;
using System.Text;

namespace Signals.Bench.Kafka;

/// <summary>Writes an answer of Kafka's protocol. Thread contract: one thread. Reused from answer to answer.</summary>
internal sealed class WireWriter
{
    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>Begins an answer: room for its size, then the number of the request.</summary>
    public WireWriter Begin(int correlation)
    {
        _length = 0;
        return Int32(0).Int32(correlation);
    }

    /// <summary>The answer with its size, to which <paramref name="more"/> bytes are added behind it.</summary>
    public ReadOnlyMemory<byte> End(int more = 0)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes, _length - sizeof(int) + more);
        return _bytes.AsMemory(0, _length);
    }

    public WireWriter Int8(byte value)
    {
        Room(sizeof(byte))[0] = value;
        return this;
    }

    public WireWriter Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(Room(sizeof(short)), value);
        return this;
    }

    public WireWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), value);
        return this;
    }

    public WireWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Room(sizeof(long)), value);
        return this;
    }

    public WireWriter Text(string? value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value ?? "");
        Int16(value is null ? (short)-1 : (short)bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
        return this;
    }

    private Span<byte> Room(int bytes)
    {
        while (_bytes.Length - _length < bytes)
        {
            Array.Resize(ref _bytes, 2 * _bytes.Length);
        }

        _length += bytes;
        return _bytes.AsSpan(_length - bytes, bytes);
    }
}
