using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>One thread sleeps, others wake it.</summary>
[CancelAfter(20_000)]
internal sealed class ParkingSpotTests
{
    [Test]
    public void Wake_BetweenAnnounceAndPark_IsNotLost()
    {
        var spot = new ParkingSpot();
        spot.Announce();
        spot.Wake();
        Assert.That(() => spot.Park(Timeout.Infinite), Throws.Nothing);
    }

    [Test]
    public async Task Wake_AfterTheNewsIsWritten_IsNeverMissed(CancellationToken cancellationToken)
    {
        const int Rounds = 20_000;
        var spot = new ParkingSpot();
        int news = 0;
        int taken = 0;
        Task sleeper = Task.Factory.StartNew(
            () =>
            {
                while (taken < Rounds)
                {
                    spot.Announce();
                    if (Volatile.Read(ref news) == taken)
                    {
                        spot.Park(Timeout.Infinite);
                    }
                    else
                    {
                        spot.Withdraw();
                    }

                    Volatile.Write(ref taken, Volatile.Read(ref news));
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        for (int i = 1; i <= Rounds; i++)
        {
            Volatile.Write(ref news, i);
            spot.Wake();
        }

        await sleeper.WaitAsync(cancellationToken);
        Assert.That(taken, Is.EqualTo(Rounds));
    }
}
