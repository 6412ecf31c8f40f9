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
    [TestCase("0 9000 50000 50050 50100", "0 0 9000 9000 50100", TestName = "Observe_JumpsTwice_IsBelievedUpToTheFirst")]
    [TestCase("0 9000 9090 9300 9399 9400", "0 0 0 9090 9090 9400", TestName = "Observe_ClosedBetween_IsBelievedUpToTheLastReadingBefore")]
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
    public void Observe_AnyReadings_IsNeverAheadOfTheClockAndNeverMovesFurtherThanTheClockStood()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            SteadyClock clock = new(Grace, null);
            long now = 0;
            long believed = clock.Observe(now);
            List<long> readings = [now];
            for (int i = 0; i < 50; i++)
            {
                now += random.Next(8) switch { 0 => random.Next(1000, 5000), 1 => -random.Next(0, 3000), _ => random.Next(0, 80) };
                readings.Add(now);
                long next = clock.Observe(now);
                Assert.That(next, Is.LessThanOrEqualTo(now), $"seed {seed}");
                if (next - believed > Grace)
                {
                    // What was jumped to was seen at least a grace ago, by the clock itself, and the clock has not been before it since.
                    int first = readings.FindLastIndex(reading => reading <= believed + Grace) + 1;
                    Assert.That(readings.Skip(first).Min(), Is.LessThanOrEqualTo(now - Grace), $"seed {seed}");
                }

                believed = next;
            }
        }
    }
}
