using Signals.Core.Serving;

namespace Signals.Tests.Core.Serving;

/// <summary>What reads teach the next ones about how many rows to fetch.</summary>
internal sealed class FetchHintsTests
{
    private const int Least = 100;

    [Test]
    public void NoteDeep_OneReadInFive_IsNeverConvincing()
    {
        FetchHints hints = new([Least]);
        for (int i = 0; i < 10_000; i++)
        {
            hints.NoteEnough(4);
            Assert.That(hints.NoteDeep((ulong)i), Is.False);
        }
    }

    [Test]
    public void NoteDeep_TheSameUserOverAndOver_IsNeverConvincing()
    {
        FetchHints hints = new([Least]);
        Assert.That(Enumerable.Range(0, 1_000).Any(_ => hints.NoteDeep(7)), Is.False);
    }

    [Test]
    public void Raise_EveryReadIsDeep_ReachesTheNeedInFewReads()
    {
        FetchHints hints = new([Least]);
        int reads = 0;
        for (; Rows(hints) < 5_000; reads++)
        {
            if (hints.NoteDeep((ulong)reads))
            {
                hints.Raise(0, 5_000);
            }
        }

        Assert.That(reads, Is.LessThan(40));
    }

    [Test]
    public void Raise_ByOneEnormousRead_AtMostDoubles()
    {
        FetchHints hints = new([Least]);
        hints.Raise(0, int.MaxValue);
        Assert.That(Rows(hints), Is.EqualTo(2 * Least));
    }

    [Test]
    public void Lower_AgainAndAgain_ReachesTheNeedAndNotLessThanTheLeast()
    {
        FetchHints hints = new([Least]);
        hints.Raise(0, 200);
        for (int i = 0; i < 60; i++)
        {
            hints.Lower(0, 150);
        }

        Assert.That(Rows(hints), Is.EqualTo(150));
        for (int i = 0; i < 60; i++)
        {
            hints.Lower(0, 1);
        }

        Assert.That(Rows(hints), Is.EqualTo(Least));
    }

    private static int Rows(FetchHints hints)
    {
        int[] rows = new int[1];
        hints.CopyTo(rows);
        return rows[0];
    }
}
