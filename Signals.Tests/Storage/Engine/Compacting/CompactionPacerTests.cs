using Signals.Storage.Engine.Compacting;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>The background is held to a rate, but not while a caller waits for what it is doing.</summary>
[Category("Fast")]
internal sealed class CompactionPacerTests
{
    [Test]
    public void Pass_TooFast_WaitsUnlessACallerWaits()
    {
        ManualTime time = new(startMs: 0);
        CompactionPacer pacer = new(bytesPerSecond: 1000, time);
        pacer.Pass(20, CancellationToken.None);
        Assert.That(pacer.WaitedTime, Is.EqualTo(TimeSpan.FromMilliseconds(20)));

        pacer.CallerWaits();
        pacer.CallerWaits();
        pacer.Pass(1 << 30, CancellationToken.None);
        pacer.CallerLeaves();
        pacer.Pass(1 << 30, CancellationToken.None);
        Assert.That(pacer.WaitedTime, Is.EqualTo(TimeSpan.FromMilliseconds(20)), "one caller still waits");

        pacer.CallerLeaves();
        pacer.Pass(5, CancellationToken.None);
        Assert.That(pacer.WaitedTime, Is.EqualTo(TimeSpan.FromMilliseconds(45)), "what passed meanwhile is not made up for");
    }

    [Test]
    public async Task Pass_ACallerComesWhileItWaits_EndsTheWait()
    {
        CompactionPacer pacer = new(bytesPerSecond: 1000, new ManualTime(startMs: 0));
        Task passing = Task.Run(() => pacer.Pass(3_600_000, CancellationToken.None)); // an hour
        while (pacer.WaitedTime == TimeSpan.Zero)
        {
            await Task.Delay(1);
        }

        pacer.CallerWaits();
        await passing.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(pacer.WaitedTime, Is.LessThan(TimeSpan.FromMinutes(30)));
    }
}
