using Signals.Core.Model;

namespace Signals.Tests.Core.Model;

/// <summary>Times in another unit are recognised; times that are merely wrong are not.</summary>
[Category("Fast")]
internal sealed class TimeUnitGuessTests
{
    private const long Now = 1_772_323_200_000; // 2026-03-01
    private static readonly EventTimeRange Taken = EventTimeRange.Around(Now, TimeSpan.FromDays(18_250), TimeSpan.FromDays(1));

    [TestCase(1_772_323_200, "seconds")]
    [TestCase(1_700_000_001, "seconds")]
    [TestCase(1_772_323_200_000_000, "microseconds")]
    [TestCase(1_772_323_200_000_000_000, "nanoseconds")]
    [TestCase(639_079_200_000_000_000, "ticks of 100 ns since the year 1")]
    [TestCase(Now, null)]
    [TestCase(0, null)]
    [TestCase(-1, null)]
    [TestCase(long.MinValue, null)]
    [TestCase(long.MaxValue, null)]
    [TestCase(Now + (365L * 86_400_000), null)] // next year
    public void Of_OneNumber_NamesTheUnitThatItIsATimeIn(long time, string? unit) =>
        Assert.That(TimeUnitGuess.FindUnit(time, Taken.EarliestMs, Taken.LatestMs), Is.EqualTo(unit));

    [Test]
    public void Of_SeveralNumbers_NeedsOneUnitForAll()
    {
        Assert.That(TimeUnitGuess.FindUnit([1_700_000_001, 1_700_000_002], Taken.EarliestMs, Taken.LatestMs), Is.EqualTo("seconds"));
        Assert.That(TimeUnitGuess.FindUnit([1_700_000_001, Now], Taken.EarliestMs, Taken.LatestMs), Is.Null);
        Assert.That(TimeUnitGuess.FindUnit([], Taken.EarliestMs, Taken.LatestMs), Is.Null);
    }

    [Test]
    public void Around_AnySpans_NeverLeavesTheYears1To9999()
    {
        EventTimeRange all = EventTimeRange.Around(Now, TimeSpan.MaxValue, TimeSpan.MaxValue);
        Assert.That(all, Is.EqualTo(EventTimeRange.Widest));
        Assert.That(all.Holds(EventTimeRange.Unset), Is.False, "the default of a date is no time");
        Assert.That(DateTimeOffset.FromUnixTimeMilliseconds(all.EarliestMs).Year, Is.EqualTo(1));
        Assert.That(DateTimeOffset.FromUnixTimeMilliseconds(all.LatestMs).Year, Is.EqualTo(9999));
        Assert.That((Taken.EarliestMs, Taken.LatestMs), Is.EqualTo((Now - (18_250L * 86_400_000), Now + 86_400_000)));
    }
}
