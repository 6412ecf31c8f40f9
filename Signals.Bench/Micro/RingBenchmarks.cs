using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using Signals.Core.Ingest;

namespace Signals.Bench.Micro;

/// <summary>
/// Puts 256 records of 64 bytes in and takes them out again on one thread. Compares the ring with a bounded channel of arrays,
/// which is the platform's queue.
/// </summary>
public class RingBenchmarks
{
    private const int Records = 256;
    private const int RecordBytes = 64;

    private readonly ByteRing _ring = new(1 << 20, 1 << 16);
    private readonly Channel<byte[]> _channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly byte[] _record = new byte[RecordBytes];

    [GlobalCleanup]
    public void Dispose() => _ring.Dispose();

    [Benchmark(OperationsPerInvoke = Records)]
    public long Ring()
    {
        for (int i = 0; i < Records; i++)
        {
            _ring.TryClaim(RecordBytes, out RingClaim claim);
            _record.CopyTo(claim.Span);
            claim.Commit();
        }

        long bytes = 0;
        while (_ring.TryPeekRun(1 << 16, out RingSpan span))
        {
            bytes += span.Bytes.Length;
            _ring.Release(span);
        }

        return bytes;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public long ChannelOfArrays()
    {
        for (int i = 0; i < Records; i++)
        {
            byte[] record = new byte[RecordBytes];
            _record.CopyTo(record, 0);
            _channel.Writer.TryWrite(record);
        }

        long bytes = 0;
        while (_channel.Reader.TryRead(out byte[]? record))
        {
            bytes += record.Length;
        }

        return bytes;
    }
}
