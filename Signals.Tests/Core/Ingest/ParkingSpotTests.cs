using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>One thread sleeps, others wake it.</summary>
[CancelAfter(60_000)]
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

    // Both threads start each round together, a little apart by turns, so that announcing and waking meet in every order; a missed
    // wake leaves the sleeper parked for good and the round unfinished.
    [Test]
    public void Wake_RacesAnnounce_IsNeverMissed(CancellationToken cancellationToken)
    {
        const int Rounds = 100_000;
        var spot = new ParkingSpot();
        int start = 0;
        int news = 0;
        int taken = 0;
        var sleeper = new Thread(() =>
        {
            for (int round = 1; round <= Rounds; round++)
            {
                Await(ref start, round, cancellationToken);
                spot.Announce();
                if (Volatile.Read(ref news) != round)
                {
                    spot.Park(Timeout.Infinite);
                }
                else
                {
                    spot.Withdraw();
                }

                Volatile.Write(ref taken, round);
            }
        })
        { IsBackground = true };
        sleeper.Start();

        for (int round = 1; round <= Rounds; round++)
        {
            Volatile.Write(ref start, round);
            Thread.SpinWait(round % 16);
            Volatile.Write(ref news, round);
            spot.Wake();
            Assert.That(Await(ref taken, round, cancellationToken), $"round {round}: the sleeper was not woken");
        }

        sleeper.Join();
    }

    private static bool Await(ref int value, int expected, CancellationToken cancellationToken)
    {
        for (int spins = 0; Volatile.Read(ref value) != expected && !cancellationToken.IsCancellationRequested; spins++)
        {
            if (spins > 2_000)
            {
                Thread.Yield();
            }
        }

        return Volatile.Read(ref value) == expected;
    }
}
