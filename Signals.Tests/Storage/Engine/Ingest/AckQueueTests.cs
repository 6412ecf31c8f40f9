using Signals.Storage.Engine.Ingest;

namespace Signals.Tests.Storage.Engine.Ingest;

/// <summary>Who waits for an acknowledgement is woken once it is there, or fails when the store has failed.</summary>
[Category("Fast")]
internal sealed class AckQueueTests
{
    private const int Waits = 10_000;

    [Test]
    public async Task WaitAsync_ManyThreadsWhileAdvancing_LosesNoWakeUp()
    {
        AckQueue acks = new(Durability.Buffered);
        long asked = 0;
        Task[] waiters = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Waits; i++)
            {
                long position = Interlocked.Increment(ref asked);
                AppendAck ack = await acks.WaitAsync(new(position));
                Assert.That(ack.Position, Is.EqualTo(position));
                Assert.That(acks.Acknowledged.Value, Is.GreaterThanOrEqualTo(position));
            }
        }))];
        Task all = Task.WhenAll(waiters);

        // Each position is announced once, as the ingest thread does: a waiter that misses it waits for ever.
        long announced = 0;
        SpinWait spin = default;
        while (!all.IsCompleted && announced < 4L * Waits)
        {
            long next = Volatile.Read(ref asked);
            if (next > announced)
            {
                acks.Advance(new(announced = next));
            }
            else
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }

        await all.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Test]
    public void Fail_WaitersOfNowAndLater_AllFail()
    {
        AckQueue acks = new(Durability.Synced);
        acks.Start(new(100));
        Task<AppendAck> before = acks.WaitAsync(new(200)).AsTask();
        acks.Fail(new IOException("disk"));
        Assert.That(async () => await before, Throws.InstanceOf<StorePoisonedException>().With.InnerException.InstanceOf<IOException>());
        Assert.That(async () => await acks.WaitAsync(new(300)), Throws.InstanceOf<StorePoisonedException>());
        Assert.That(acks.WaitAsync(new(100)).AsTask().IsCompletedSuccessfully, "What was acknowledged stays so.");
    }
}
