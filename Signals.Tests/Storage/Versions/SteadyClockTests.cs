using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Versions;

/// <summary>Which readings of a clock are believed.</summary>
[Category("Fast")]
internal sealed class SteadyClockTests
{
    private const long Grace = 100;

    [TestCase("0 50 150 250", "0 50 150 250", TestName = "Observe_StepsUpToTheGrace_AreBelieved")]
    [TestCase("0 101 150 200 201", "0 0 0 0 201", TestName = "Observe_Jump_IsBelievedWhenItStoodForTheGrace")]
    [TestCase("0 9000 90 9000 9099 9100", "0 0 90 90 90 9100", TestName = "Observe_ClockSetRight_BeginsAnew")]
    [TestCase("0 9000 50000 50050 50100", "0 0 0 0 50100", TestName = "Observe_JumpsTwice_WaitsAnew")]
    [TestCase("0 9000 9090 9300 9399 9400", "0 0 0 0 0 9400", TestName = "Observe_ClosedWhileItWaits_WaitsAnew")]
    [TestCase("1000 500 550", "1000 500 550", TestName = "Observe_ClockGoesBack_IsFollowedAtOnce")]
    [TestCase("0 9000 8000 8099 8100", "0 0 0 0 8100", TestName = "Observe_JumpGoesBackALittle_CountsFromTheEarlierReading")]
    public void Observe_Readings_GivesWhatIsBelieved(string readings, string believed)
    {
        ClockReading? remembered = null;
        List<long> found = [];
        foreach (long reading in readings.Split(' ').Select(long.Parse))
        {
            // As after a restart: what it knows is what was remembered.
            SteadyClock clock = new(Grace, remembered);
            found.Add(clock.Observe(reading));
            remembered = clock.Reading;
        }

        Assert.That(string.Join(' ', found), Is.EqualTo(believed));
    }

    [Test]
    public void Observe_WithoutAGrace_BelievesEveryReading()
    {
        SteadyClock clock = new(0, ClockReading.At(5));
        Assert.That((clock.Observe(1_000_000), clock.Observe(7)), Is.EqualTo((1_000_000L, 7L)));
    }

    [Test]
    public void Observe_AnyReadings_AreBelievedOnceTheClockStoodForTheGraceOfTrueTime()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            SteadyClock clock = new(Grace, null);
            (long time, long ahead) = (0, 0);
            (long jumped, long disturbed) = (0, 0); // true times of the last jump ahead, and of anything that is not plain going on
            long believed = clock.Observe(0);
            for (int i = 0; i < 50; i++)
            {
                time += random.Next(80);
                switch (random.Next(10))
                {
                    case 0 or 1:
                        ahead += random.Next(1000, 5000);
                        jumped = disturbed = time;
                        break;
                    case 2:
                        ahead -= random.Next(0, 3000);
                        disturbed = time;
                        break;
                    case 3:
                        time += random.Next(100, 500); // closed
                        disturbed = time;
                        break;
                }

                long next = clock.Observe(time + ahead);
                Assert.That(next, Is.LessThanOrEqualTo(time + ahead), $"seed {seed}");
                Assert.That(next - believed <= Grace || time - jumped >= Grace, $"seed {seed}: believed too early, at {time}");
                Assert.That(next == time + ahead || time - disturbed < Grace, $"seed {seed}: believed too late, at {time}");
                believed = next;
            }
        }
    }
}
