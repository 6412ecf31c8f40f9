using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>
/// Parking and waking. Where a wait must end because of something, it has no timeout of its own: a lost wake-up shows as the test's
/// time limit. Whether the other thread had parked already is left to chance and repetition, never to sleeping.
/// </summary>
[Category("Fast")]
[CancelAfter(60_000)]
internal sealed class ByteRingWaitingTests
{
    [Test]
    public void WaitForData_NothingComes_EndsByItself()
    {
        using var ring = new ByteRing(1024, 256);
        Assert.That(ring.WaitForData(timeoutMs: 1), Is.False);
        Assert.That(ring.WaitForData(timeoutMs: 0), Is.False);
    }

    [Test]
    public void WakeConsumer_BeforeTheWait_EndsIt()
    {
        using var ring = new ByteRing(1024, 256);
        ring.WakeConsumer();
        Assert.That(ring.WaitForData(Timeout.Infinite), Is.False);
    }

    [Test]
    public async Task WaitForData_PingPong_NeverMissesACommit(CancellationToken cancellationToken)
    {
        const int Rounds = 2_000;
        using var ring = new ByteRing(1024, 256);
        Task consumer = Background(() =>
        {
            for (ulong expected = 1; expected <= Rounds; expected++)
            {
                RingSpan span;
                while (!ring.TryPeekRun(int.MaxValue, out span))
                {
                    ring.WaitForData(Timeout.Infinite);
                }

                Assert.That(RingSamples.Mark(span.Bytes), Is.EqualTo(expected));
                ring.Release(span);
            }
        });

        // The next record is written only once the last one is released, so the consumer runs dry each time.
        var spinner = default(SpinWait);
        for (ulong mark = 1; mark <= Rounds; mark++)
        {
            RingSamples.TryWrite(ring, 16, mark);
            while (ring.ConsumedOffset != ring.ClaimedOffset && !consumer.IsCompleted)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }

        await consumer.WaitAsync(cancellationToken);
    }

    [Test]
    public async Task Close_ConsumerWaits_EndsTheWait(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 50; i++)
        {
            using var ring = new ByteRing(1024, 256);
            Task consumer = Background(() =>
            {
                while (!ring.IsDrained)
                {
                    ring.WaitForData(Timeout.Infinite);
                }
            });
            ring.Close();
            await consumer.WaitAsync(cancellationToken);
        }
    }

    [Test]
    public async Task WaitForData_DrainedByPaddingAlone_DoesNotWait(CancellationToken cancellationToken)
    {
        using var ring = new ByteRing(1024, 256);
        AbortAfterClose(ring);
        Assert.That(ring.TryPeekRun(int.MaxValue, out _), Is.False);
        Assert.That(ring.IsDrained);
        await Background(() => ring.WaitForData(Timeout.Infinite)).WaitAsync(cancellationToken);
    }

    [Test]
    public void WaitForSpace_FullRing_TimesOut()
    {
        using var ring = Full();
        Assert.That(ring.WaitForSpace(64, timeoutMs: 1), Is.False);
        Assert.That(ring.WaitForSpace(64, timeoutMs: 0), Is.False);
    }

    [Test]
    public async Task WaitForSpace_Released_LetsBlockedAndAwaitingProducersGo(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 50; i++)
        {
            using var ring = Full();
            Task<bool> blocked = Task.Factory.StartNew(
                () => ring.WaitForSpace(64, Timeout.Infinite, CancellationToken.None),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Task<bool> awaiting = ring.WaitForSpaceAsync(64, cancellationToken).AsTask();
            Assert.That(awaiting.IsCompleted, Is.False);

            RingSamples.Drain(ring);
            Assert.That(await awaiting.WaitAsync(cancellationToken));
            Assert.That(await blocked.WaitAsync(cancellationToken));
        }
    }

    [Test]
    public async Task WaitForSpace_Closed_EndsWithFalse(CancellationToken cancellationToken)
    {
        using var ring = Full();
        Task<bool> awaiting = ring.WaitForSpaceAsync(64, cancellationToken).AsTask();
        ring.Close();
        Assert.That(await awaiting.WaitAsync(cancellationToken), Is.False);
        Assert.That(ring.WaitForSpace(64, Timeout.Infinite, cancellationToken), Is.False);
    }

    [Test]
    public void WaitForSpace_Cancelled_Throws()
    {
        using var ring = Full();
        using var source = new CancellationTokenSource();
        Task<bool> awaiting = ring.WaitForSpaceAsync(64, source.Token).AsTask();
        source.Cancel();
        Assert.That(async () => await awaiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => ring.WaitForSpace(64, Timeout.Infinite, source.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Dispose_ProducerStillEncodes_WaitsForIt(CancellationToken cancellationToken)
    {
        var ring = new ByteRing(1024, 256);
        using var claimed = new ManualResetEventSlim();
        Task producer = Background(() =>
        {
            ring.TryClaim(128, out RingClaim claim);
            claimed.Set();
            while (!ring.IsClosed)
            {
                Thread.Yield();
            }

            RingSamples.Fill(claim.Span, 1);
            claim.Commit();
        });
        claimed.Wait(cancellationToken);
        ring.Dispose();
        Assert.That(ring.IsDrained);
        await producer.WaitAsync(cancellationToken);
    }

    /// <summary>Leaves a closed ring with nothing but an aborted claim, and the news of the close already taken.</summary>
    private static void AbortAfterClose(ByteRing ring)
    {
        Assert.That(ring.TryClaim(16, out RingClaim claim));
        ring.Close();
        Assert.That(ring.WaitForData(timeoutMs: 0), Is.False);
        claim.Abort();
    }

    private static ByteRing Full()
    {
        var ring = new ByteRing(128, 64);
        RingSamples.TryWrite(ring, 64, 1);
        RingSamples.TryWrite(ring, 64, 2);
        return ring;
    }

    private static Task Background(Action body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
