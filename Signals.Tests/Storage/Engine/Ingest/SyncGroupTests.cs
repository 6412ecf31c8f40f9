using Signals.Core.Ingest;
using Signals.Storage.Engine.Ingest;
using Signals.Tests.Core.Ingest;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>What a run waits for before it is synced.</summary>
[Category("Fast")]
internal sealed class SyncGroupTests
{
    [Test]
    public void Complete_ARecordCameBehindTheRun_TakesItIn()
    {
        using ByteRing ring = new(1024, 256);
        RingSamples.TryWrite(ring, 32, 1);
        ring.TryPeekRun(int.MaxValue, out RingSpan run);
        RingSamples.TryWrite(ring, 32, 2);
        Assert.That(new SyncGroup(ring, int.MaxValue).Complete(run).Bytes.Length, Is.EqualTo(64));
    }

    [Test]
    public void Complete_TheRunIsFull_LeavesTheRest()
    {
        using ByteRing ring = new(1024, 256);
        RingSamples.TryWrite(ring, 32, 1);
        ring.TryPeekRun(int.MaxValue, out RingSpan run);
        RingSamples.TryWrite(ring, 32, 2);
        Assert.That(new SyncGroup(ring, maxRunBytes: 32).Complete(run).Bytes.Length, Is.EqualTo(32));
    }

    [Test]
    public void Complete_FullRuns_AreNotCountedAsWaitsInVain()
    {
        using ByteRing ring = new(1024, 256);
        SyncGroup group = new(ring, maxRunBytes: 32);
        RingSamples.TryWrite(ring, 32, 1);
        ring.TryPeekRun(int.MaxValue, out RingSpan full);
        for (int i = 0; i < 20; i++)
        {
            group.Complete(full);
        }

        Assert.That(group.Rests, Is.False);
    }

    [Test]
    public void Complete_WaitingBroughtNothingForLong_RestsAndLooksAgainLater()
    {
        using ByteRing ring = new(1024, 256);
        SyncGroup group = new(ring, int.MaxValue);
        RingSamples.TryWrite(ring, 32, 1);
        for (int i = 0; i < 8; i++)
        {
            Assert.That(group.Rests, Is.False, $"run {i}");
            ring.TryPeekRun(int.MaxValue, out RingSpan alone);
            group.Complete(alone);
        }

        for (int i = 0; i < 32; i++)
        {
            Assert.That(group.Rests, $"run {i}");
            ring.TryPeekRun(int.MaxValue, out RingSpan alone);
            group.Complete(alone);
        }

        Assert.That(group.Rests, Is.False);
        ring.TryPeekRun(int.MaxValue, out RingSpan run);
        RingSamples.TryWrite(ring, 32, 2);
        group.Complete(run);
        Assert.That(group.Rests, Is.False, "it has paid again");
    }
}
