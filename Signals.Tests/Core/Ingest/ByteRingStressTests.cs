using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>Several producers against one consumer: nothing lost, torn, doubled or reordered within a producer.</summary>
[Category("Fast")]
[CancelAfter(60_000)]
internal sealed class ByteRingStressTests
{
    // A ring of 1 KiB is full and wraps all the time; one of 64 KiB lets producers run ahead.
    [TestCase(1 << 10, 4, 20_000)]
    [TestCase(1 << 16, 3, 60_000)]
    public async Task ManyProducers_RandomLengthsAndAborts_ArriveWholeAndInOrder(
        int capacity, int producers, int records, CancellationToken cancellationToken)
    {
        int seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        using var ring = new ByteRing(capacity, 256);
        Task<long[]> consumer = Start(() => Consume(ring, producers));
        Task<int>[] writers = Enumerable.Range(0, producers)
            .Select(p => Start(() => Produce(ring, p, records, new Random(seed + p), cancellationToken)))
            .ToArray();

        int[] committed = await Task.WhenAll(writers).WaitAsync(cancellationToken);
        ring.Close();
        long[] seen = await consumer.WaitAsync(cancellationToken);

        Assert.That(seen, Is.EqualTo(committed.Select(c => (long)c)));
        Assert.That(ring.ConsumedOffset, Is.EqualTo(ring.ClaimedOffset));
    }

    [Test]
    public async Task Close_WhileProducersClaim_DrainsExactlyWhatWasCommitted(CancellationToken cancellationToken)
    {
        for (int round = 0; round < 100; round++)
        {
            using var ring = new ByteRing(1 << 10, 256);
            Task<long[]> consumer = Start(() => Consume(ring, 2));
            Task<int>[] writers = Enumerable.Range(0, 2)
                .Select(p => Start(() => Produce(ring, p, int.MaxValue, new Random(p), cancellationToken)))
                .ToArray();
            while (ring.ConsumedOffset < 2_000)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Thread.Yield();
            }

            ring.Close();
            int[] committed = await Task.WhenAll(writers).WaitAsync(cancellationToken);
            Assert.That(await consumer.WaitAsync(cancellationToken), Is.EqualTo(committed.Select(c => (long)c)));
        }
    }

    private static int Produce(ByteRing ring, int producer, int records, Random random, CancellationToken cancellationToken)
    {
        int committed = 0;
        for (int i = 0; i < records; i++)
        {
            int length = RecordFormat.HeaderLength * random.Next(2, 32);
            RingClaim claim;
            while (!ring.TryClaim(length, out claim))
            {
                if (!ring.WaitForSpace(length, Timeout.Infinite, cancellationToken))
                {
                    return committed;
                }
            }

            try
            {
                RingSamples.Fill(claim.Span, ((ulong)producer << 32) | (uint)committed);
                if (random.Next(16) != 0)
                {
                    claim.Commit();
                    committed++;
                }
            }
            finally
            {
                claim.Dispose();
            }
        }

        return committed;
    }

    /// <summary>Reads until the ring is drained; the result is how many records each producer got through.</summary>
    private static long[] Consume(ByteRing ring, int producers)
    {
        long[] seen = new long[producers];
        while (!ring.IsDrained)
        {
            if (!ring.TryPeekRun(512, out RingSpan span))
            {
                ring.WaitForData(Timeout.Infinite);
                continue;
            }

            foreach (ReadOnlySpan<byte> record in RingSamples.Records(span))
            {
                ulong mark = RingSamples.Mark(record);
                if ((long)(uint)mark != seen[mark >> 32]++)
                {
                    throw new InvalidDataException($"Record {mark:x} came as number {seen[mark >> 32] - 1}.");
                }
            }

            ring.Release(span);
        }

        return seen;
    }

    private static Task<T> Start<T>(Func<T> body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
