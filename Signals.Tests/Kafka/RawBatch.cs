using System.Buffers.Binary;
using System.Net.Sockets;
using System.Numerics;

namespace Signals.Tests.Kafka;

/// <summary>
/// A record batch as it goes over the wire (Kafka's format 2), made by hand: what a client would never send. One record. Threads: one test.
/// </summary>
internal sealed class RawBatch
{
    private const int ChecksumAt = 17, AttributesAt = 21;
    private const short ProduceRequest = 0, ProduceVersion = 7;

    private readonly List<byte> _bytes = [];

    private RawBatch()
    {
    }

    /// <summary>Sends a record with a value. A checksum that is not right is what a flipped bit on a broker's disk gives.</summary>
    public static void Send(string bootstrapServers, byte[] value, long timestampMs, bool hasRightChecksum = true) =>
        SendTo(bootstrapServers, Batch(attributes: 0, timestampMs, key: null, value, hasRightChecksum));

    /// <summary>Sends the marker with which a transaction ends. It takes an offset and is no record for consumers.</summary>
    public static void SendCommitMarker(string bootstrapServers) => SendTo(
        bootstrapServers,
        Batch(attributes: 0x30, LogBench.TimeMs(0), key: [0, 0, 0, 1], value: [0, 0, 0, 0, 0, 0], hasRightChecksum: true));

    private static byte[] Batch(short attributes, long timestampMs, byte[]? key, byte[] value, bool hasRightChecksum)
    {
        RawBatch record = new();
        record._bytes.Add(0);
        record.Varint(0).Varint(0).Varint(key?.Length ?? -1)._bytes.AddRange(key ?? []);
        record.Varint(value.Length)._bytes.AddRange(value);
        record.Varint(0);
        RawBatch body = new();
        body.Int64(0).Int32(0).Int32(0)._bytes.Add(2);
        body.Int32(0).Int16(attributes).Int32(0).Int64(timestampMs).Int64(timestampMs).Int64(-1).Int16(-1).Int32(-1).Int32(1)
            .Varint(record._bytes.Count)._bytes.AddRange(record._bytes);
        byte[] batch = [.. body._bytes];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(sizeof(long)), batch.Length - sizeof(long) - sizeof(int));
        uint checksum = uint.MaxValue;
        foreach (byte next in batch.AsSpan(AttributesAt))
        {
            checksum = BitOperations.Crc32C(checksum, next);
        }

        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(ChecksumAt), hasRightChecksum ? ~checksum : checksum);
        return batch;
    }

    private static void SendTo(string bootstrapServers, byte[] batch)
    {
        RawBatch request = new();
        request.Int16(ProduceRequest).Int16(ProduceVersion).Int32(1).Text("raw").Int16(-1).Int16(-1).Int32(5_000)
            .Int32(1).Text(LogBench.Topic).Int32(1).Int32(0).Int32(batch.Length)._bytes.AddRange(batch);
        RawBatch framed = new();
        framed.Int32(request._bytes.Count)._bytes.AddRange(request._bytes);

        string[] address = bootstrapServers.Split(',')[0].Split(':');
        using TcpClient client = new(address[0], int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture));
        using NetworkStream stream = client.GetStream();
        stream.Write([.. framed._bytes]);
        byte[] size = new byte[sizeof(int)];
        stream.ReadExactly(size);
        byte[] answer = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        stream.ReadExactly(answer);
        int errorAt = (3 * sizeof(int)) + sizeof(short) + LogBench.Topic.Length + sizeof(int);
        Assert.That(BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(errorAt)), Is.Zero, "the broker took the batch");
    }

    private RawBatch Int16(short value) => Whole(value, sizeof(short));

    private RawBatch Int32(int value) => Whole(value, sizeof(int));

    private RawBatch Int64(long value) => Whole(value, sizeof(long));

    private RawBatch Whole(long value, int bytes)
    {
        byte[] whole = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(whole, value);
        _bytes.AddRange(whole.AsSpan(sizeof(long) - bytes));
        return this;
    }

    private RawBatch Text(string value)
    {
        Int16((short)value.Length)._bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(value));
        return this;
    }

    private RawBatch Varint(int value)
    {
        uint rest = (uint)((value << 1) ^ (value >> 31));
        for (; rest > 0x7F; rest >>= 7)
        {
            _bytes.Add((byte)(rest | 0x80));
        }

        _bytes.Add((byte)rest);
        return this;
    }
}
