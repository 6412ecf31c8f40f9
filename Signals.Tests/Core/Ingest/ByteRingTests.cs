using Signals.Core.Ingest;
using Signals.Tests.Reliability;

namespace Signals.Tests.Core.Ingest;

/// <summary>The ring with one thread: claims, runs, wrapping, aborting, filling up, closing.</summary>
[Category("Fast")]
internal sealed class ByteRingTests
{
    [Test]
    public void Commit_ThenPeek_GivesTheRecordsInOneRun()
    {
        using var ring = new ByteRing(1024, 256);
        Assert.That(RingSamples.TryWrite(ring, 24, 1) && RingSamples.TryWrite(ring, 32, 2));

        Assert.That(ring.TryPeekRun(int.MaxValue, out RingSpan span));
        Assert.That((span.StartOffset, span.EndOffset, span.Bytes.Length), Is.EqualTo((0L, 56L, 56)));
        Assert.That(RecordHeader.Read(span.Bytes), Is.EqualTo(new RecordHeader(24, RecordKind.Events, 1, 7)));
        Assert.That(ring.ConsumedOffset, Is.Zero, "peeking does not release");
        ring.Release(span);
        Assert.That(ring.ConsumedOffset, Is.EqualTo(ring.ClaimedOffset).And.EqualTo(56));
    }

    [Test]
    public void TryPeekRun_EarlierClaimUnpublished_HidesTheLater()
    {
        using var ring = new ByteRing(1024, 256);
        Assert.That(ring.TryClaim(16, out RingClaim first));
        Assert.That(RingSamples.TryWrite(ring, 16, 2));
        Assert.That(RingSamples.Drain(ring), Is.Empty);

        RingSamples.Fill(first.Span, 1);
        first.Commit();
        Assert.That(RingSamples.Drain(ring), Is.EqualTo(new ulong[][] { [1, 2] }));
    }

    [Test]
    public void TryPeekRun_MaxBytes_SplitsRunsBetweenRecords()
    {
        using var ring = new ByteRing(1024, 256);
        for (ulong mark = 1; mark <= 5; mark++)
        {
            RingSamples.TryWrite(ring, 32, mark);
        }

        Assert.That(RingSamples.Drain(ring, maxBytes: 64), Is.EqualTo(new ulong[][] { [1, 2], [3, 4], [5] }));
        RingSamples.TryWrite(ring, 64, 6);
        Assert.That(RingSamples.Drain(ring, maxBytes: 8), Is.EqualTo(new ulong[][] { [6] }), "one record is always taken");
    }

    [Test]
    public void TryClaim_RecordDoesNotFitBeforeTheEnd_WrapsBehindPadding()
    {
        using var ring = new ByteRing(128, 64);
        RingSamples.TryWrite(ring, 64, 1);
        RingSamples.TryWrite(ring, 40, 2);
        RingSamples.Drain(ring);

        Assert.That(ring.TryClaim(48, out RingClaim claim));
        Assert.That(claim.EndOffset, Is.EqualTo(128 + 48), "24 bytes of padding come first");
        RingSamples.Fill(claim.Span, 3);
        claim.Commit();
        Assert.That(ring.TryPeekRun(int.MaxValue, out RingSpan span));
        Assert.That((span.StartOffset, span.EndOffset, span.Bytes.Length), Is.EqualTo((128L, 176L, 48)));
        ring.Release(span);
    }

    [Test]
    public void TryPeekRun_RunReachesTheWrap_EndsAfterThePadding()
    {
        using var ring = new ByteRing(128, 64);
        RingSamples.TryWrite(ring, 56, 1);
        RingSamples.Drain(ring);
        RingSamples.TryWrite(ring, 56, 2);
        RingSamples.TryWrite(ring, 32, 3);

        Assert.That(ring.TryPeekRun(int.MaxValue, out RingSpan span));
        Assert.That((span.StartOffset, span.EndOffset, span.Bytes.Length), Is.EqualTo((56L, 128L, 56)));
        ring.Release(span);
        Assert.That(RingSamples.Drain(ring), Is.EqualTo(new ulong[][] { [3] }));
    }

    [Test]
    public void TryClaim_EveryLengthAtEveryOffset_SucceedsOnAnEmptyRing()
    {
        using var ring = new ByteRing(128, 64);
        ulong mark = 0;
        for (int step = 16; step <= 64; step += 8)
        {
            for (int lap = 0; lap < 16; lap++)
            {
                Assert.That(RingSamples.TryWrite(ring, step, ++mark), $"length {step} at {ring.ClaimedOffset}");
                Assert.That(RingSamples.Drain(ring), Is.EqualTo(new[] { new[] { mark } }));
            }
        }
    }

    [Test]
    public void Span_AfterLapsOfGarbage_IsZeroed()
    {
        using var ring = new ByteRing(256, 64);
        for (int i = 0; i < 50; i++)
        {
            Assert.That(ring.TryClaim(16 + (8 * (i % 6)), out RingClaim claim));
            Assert.That(claim.Span.IndexOfAnyExcept((byte)0), Is.EqualTo(-1), $"claim {i}");
            claim.Span.Fill(0xFF);
            RingSamples.Fill(claim.Span, ulong.MaxValue);
            claim.Commit();
            RingSamples.Drain(ring);
        }
    }

    [Test]
    public void TryClaim_FullRing_IsRefusedUntilReleased()
    {
        using var ring = new ByteRing(128, 64);
        Assert.That(RingSamples.TryWrite(ring, 64, 1) && RingSamples.TryWrite(ring, 64, 2));
        Assert.That(RingSamples.TryWrite(ring, 8 + 8, 3), Is.False);
        Assert.That(ring.ClaimedOffset, Is.EqualTo(128), "a refused claim leaves no trace");

        Assert.That(ring.TryPeekRun(64, out RingSpan span));
        ring.Release(span);
        Assert.That(RingSamples.TryWrite(ring, 64, 3));
        Assert.That(RingSamples.Drain(ring), Is.EqualTo(new ulong[][] { [2], [3] }));
    }

    [Test]
    public void Abort_BetweenRecords_IsSkippedByReaders()
    {
        using var ring = new ByteRing(1024, 256);
        RingSamples.TryWrite(ring, 16, 1);
        Assert.That(ring.TryClaim(48, out RingClaim claim));
        claim.Span.Fill(0xEE);
        claim.Abort();
        RingSamples.TryWrite(ring, 16, 2);
        Assert.That(RingSamples.Drain(ring), Is.EqualTo(new ulong[][] { [1, 2] }));
    }

    [Test]
    public void Abort_AtBothEndsOfARun_IsLeftOutAndReleased()
    {
        using var ring = new ByteRing(1024, 256);
        Abort(ring);
        RingSamples.TryWrite(ring, 16, 1);
        Abort(ring);
        Assert.That(ring.TryPeekRun(int.MaxValue, out RingSpan span));
        Assert.That((span.StartOffset, span.EndOffset, span.Bytes.Length), Is.EqualTo((24L, 64L, 16)));
        ring.Release(span);

        Abort(ring);
        Assert.That(ring.TryPeekRun(int.MaxValue, out _), Is.False);
        Assert.That(ring.ConsumedOffset, Is.EqualTo(ring.ClaimedOffset), "lone padding is released by looking");
    }

    [Test]
    public void Dispose_OfAClaim_AbortsOnlyAnOpenOne()
    {
        using var ring = new ByteRing(1024, 256);
        Assert.That(ring.TryClaim(16, out RingClaim committed));
        RingSamples.Fill(committed.Span, 1);
        committed.Commit();
        committed.Dispose();
        Assert.That(ring.TryClaim(16, out RingClaim forgotten));
        forgotten.Dispose();
        forgotten.Dispose();
        Assert.That(RingSamples.Drain(ring), Is.EqualTo(new ulong[][] { [1] }));
        Assert.That(ring.ConsumedOffset, Is.EqualTo(32));
    }

    [Test]
    public void Commit_Twice_IsRefused()
    {
        using var ring = new ByteRing(1024, 256);
        Assert.That(() => CommitTwice(ring), Throws.InvalidOperationException);
    }

    [Test]
    public void Close_WithAnOpenClaim_IsDrainedOnceItIsSettled()
    {
        using var ring = new ByteRing(1024, 256);
        Assert.That(ring.TryClaim(16, out RingClaim claim));
        ring.Close();
        Assert.That((ring.IsClosed, ring.IsDrained, ring.ClaimedOffset), Is.EqualTo((true, false, 16L)));
        Assert.That(ring.TryClaim(16, out _), Is.False);

        RingSamples.Fill(claim.Span, 1);
        claim.Commit();
        Assert.That(RingSamples.Drain(ring), Is.EqualTo(new ulong[][] { [1] }));
        Assert.That(ring.IsDrained);
    }

    [Test]
    public void Dispose_ThenUse_IsRefusedWithoutTouchingMemory()
    {
        var ring = new ByteRing(1024, 256);
        RingSamples.TryWrite(ring, 16, 1);
        ring.Dispose();
        ring.Dispose();
        Assert.That(ring.TryClaim(16, out _), Is.False);
        Assert.That(() => ring.TryPeekRun(1, out _), Throws.TypeOf<ObjectDisposedException>());
    }

    [TestCase(0)]
    [TestCase(4)]
    [TestCase(12)]
    [TestCase(264)]
    [TestCase(-8)]
    public void TryClaim_LengthOutOfBounds_IsRefused(int length)
    {
        using var ring = new ByteRing(1024, 256);
        Assert.That(() => ring.TryClaim(length, out _), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [TestCase(1000, 8)]
    [TestCase(0, 8)]
    [TestCase(int.MinValue, 8)]
    [TestCase(1024, 520)]
    [TestCase(1024, 0)]
    public void Constructor_SizesOutOfBounds_AreRefused(int capacity, int maxRecord) =>
        Assert.That(() => new ByteRing(capacity, maxRecord), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void ClaimCommitPeekRelease_SteadyState_AllocatesNothing()
    {
        using var ring = new ByteRing(4096, 256);
        Assert.That(Allocations.LeastOf(() => WriteAndRelease(ring), times: 1000), Is.Zero);
    }

    private static void WriteAndRelease(ByteRing ring)
    {
        RingSamples.TryWrite(ring, 64, 1);
        RingSamples.TryWrite(ring, 104, 2);
        while (ring.TryPeekRun(1 << 16, out RingSpan span))
        {
            ring.Release(span);
        }
    }

    private static void Abort(ByteRing ring)
    {
        Assert.That(ring.TryClaim(24, out RingClaim claim));
        claim.Abort();
    }

    private static void CommitTwice(ByteRing ring)
    {
        ring.TryClaim(16, out RingClaim claim);
        claim.Commit();
        claim.Commit();
    }
}
