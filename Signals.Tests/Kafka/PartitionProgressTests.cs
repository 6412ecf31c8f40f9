using Signals.Kafka.Consuming;

namespace Signals.Tests.Kafka;

/// <summary>Who waits for the end of a partition, and which end.</summary>
[Category("Kafka")]
internal sealed class PartitionProgressTests
{
    [Test]
    public async Task SetTargets_SomeoneCameWhileTheClusterWasAsked_TheyWaitForTheNextAnswer()
    {
        PartitionProgress progress = new("views", 0);
        progress.Begin(26);
        Task early = progress.WhenCaughtUpAsync(CancellationToken.None);
        CaughtUpWaiter[] asked = progress.WaitersWithoutTarget();
        Task late = progress.WhenCaughtUpAsync(CancellationToken.None);

        progress.SetTargets(asked, end: 26);
        progress.ReleaseWaiters();
        await early.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(late.IsCompleted, Is.False);

        progress.SetTargets(progress.WaitersWithoutTarget(), end: 60);
        progress.ReleaseWaiters();
        Assert.That(late.IsCompleted, Is.False);
        progress.Reached(60);
        progress.ReleaseWaiters();
        await late.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public void CountPoison_ARecordIsMetAgain_CountsItOnceUntilTheSourceIsReset()
    {
        PartitionProgress progress = new("views", 0);
        progress.Begin(26);
        progress.CountPoison(26, "bad");
        progress.CountPoison(27, "bad");
        progress.Begin(26);
        progress.CountPoison(26, "bad");
        progress.CountPoison(27, "worse");
        Assert.That(progress.Poison, Is.EqualTo(new Dictionary<string, long> { ["bad"] = 2 }));
        progress.CountPoison(28, "bad");
        progress.Begin(0); // another topic
        progress.CountPoison(3, "bad");
        Assert.That(progress.Poison["bad"], Is.EqualTo(4));
    }
}
