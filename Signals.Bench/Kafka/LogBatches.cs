using System.Buffers.Binary;
using Signals.Storage.Primitives;

namespace Signals.Bench.Kafka;

/// <summary>
/// A partition of a log in memory, encoded as a broker keeps it: record batches of Kafka's format 2, several of them behind each other in
/// runs of about 1 MiB, which is what one answer carries. Filled by one thread; then immutable.
/// </summary>
internal sealed class LogBatches
{
    /// <summary>The bytes at which a batch is closed, as a producer under load would.</summary>
    public const int BatchBytes = 64 << 10;

    private const int RunBytes = 960 << 10;
    private const int HeaderBytes = 61, LengthAt = 8, MagicAt = 16, ChecksumAt = 17, AttributesAt = 21, LastDeltaAt = 23,
        FirstTimeAt = 27, LastTimeAt = 35, ProducerAt = 43, CountAt = 57;

    private readonly List<(long Offset, byte[] Bytes)> _runs = [];
    private byte[] _run = new byte[RunBytes + (4 * BatchBytes)];
    private int _length;
    private long _runOffset;
    private int _batchAt;
    private int _batchCount;

    /// <summary>The offset behind the last record.</summary>
    public long End { get; private set; }

    /// <summary>Adds a record without a key and without headers.</summary>
    public void Add(ReadOnlySpan<byte> value, long timestampMs)
    {
        if (_batchCount == 0)
        {
            Begin(timestampMs);
        }

        int delta = _batchCount++;
        int length = 1 + 1 + VarintBytes(delta) + 1 + VarintBytes(value.Length) + value.Length + 1;
        while (_run.Length - _length < length + 8)
        {
            Array.Resize(ref _run, 2 * _run.Length);
        }

        Varint(length);
        _run[_length++] = 0;
        Varint(0);
        Varint(delta);
        Varint(-1);
        Varint(value.Length);
        value.CopyTo(_run.AsSpan(_length));
        _length += value.Length;
        Varint(0);
        End++;
        if (_length - _batchAt >= BatchBytes)
        {
            Close();
        }
    }

    /// <summary>Ends the last batch and the last run.</summary>
    public void Complete()
    {
        Close();
        CloseRun();
    }

    /// <summary>The batches from the one on that holds an offset; empty at the end.</summary>
    public ReadOnlyMemory<byte> ReadFrom(long offset)
    {
        (int low, int high) = (0, _runs.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _runs[middle].Offset <= offset ? (middle + 1, high) : (low, middle);
        }

        return offset >= End || low == 0 ? default : _runs[low - 1].Bytes;
    }

    private void Begin(long timestampMs)
    {
        _batchAt = _length;
        Span<byte> header = _run.AsSpan(_batchAt, HeaderBytes);
        header.Clear();
        BinaryPrimitives.WriteInt64BigEndian(header, End);
        header[MagicAt] = 2;
        BinaryPrimitives.WriteInt64BigEndian(header[FirstTimeAt..], timestampMs);
        BinaryPrimitives.WriteInt64BigEndian(header[LastTimeAt..], timestampMs);
        header[ProducerAt..CountAt].Fill(0xFF); // no producer id, epoch and sequence
        _length += HeaderBytes;
    }

    private void Close()
    {
        if (_batchCount == 0)
        {
            return;
        }

        Span<byte> batch = _run.AsSpan(_batchAt, _length - _batchAt);
        BinaryPrimitives.WriteInt32BigEndian(batch[LengthAt..], batch.Length - LengthAt - sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(batch[LastDeltaAt..], _batchCount - 1);
        BinaryPrimitives.WriteInt32BigEndian(batch[CountAt..], _batchCount);
        BinaryPrimitives.WriteUInt32BigEndian(batch[ChecksumAt..], Crc32C.Compute(batch[AttributesAt..]));
        _batchCount = 0;
        if (_length >= RunBytes - BatchBytes)
        {
            CloseRun();
        }
    }

    private void CloseRun()
    {
        if (_length > 0)
        {
            _runs.Add((_runOffset, _run.AsSpan(0, _length).ToArray()));
        }

        (_length, _runOffset) = (0, End);
    }

    private static int VarintBytes(int value)
    {
        int bytes = 1;
        for (uint rest = Zigzag(value); rest > 0x7F; rest >>= 7)
        {
            bytes++;
        }

        return bytes;
    }

    private void Varint(int value)
    {
        uint rest = Zigzag(value);
        for (; rest > 0x7F; rest >>= 7)
        {
            _run[_length++] = (byte)(rest | 0x80);
        }

        _run[_length++] = (byte)rest;
    }

    private static uint Zigzag(int value) => (uint)((value << 1) ^ (value >> 31));
}
