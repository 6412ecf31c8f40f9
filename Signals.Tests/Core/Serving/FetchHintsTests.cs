using Signals.Core.Serving;

namespace Signals.Tests.Core.Serving;

/// <summary>What reads teach the next ones about how many rows to fetch.</summary>
[Category("Fast")]
internal sealed class FetchHintsTests
{
    private const int Least = 100;

    [Test]
    public void NoteDeep_OneReadInFive_IsNeverConvincing()
    {
        FetchHints hints = new([Least]);
        for (int i = 0; i < 10_000; i++)
        {
            hints.LearnEnough(4);
            Assert.That(hints.LearnDeep((ulong)i, isFar: false), Is.False);
        }
    }

    [Test]
    public void NoteDeep_TheSameUserOverAndOver_IsNeverConvincing()
    {
        FetchHints hints = new([Least]);
        Assert.That(Enumerable.Range(0, 1_000).Any(_ => hints.LearnDeep(7, isFar: false)), Is.False);
    }

    [Test]
    public void Raise_EveryReadIsDeep_ReachesTheNeedInFewReads()
    {
        FetchHints hints = new([Least]);
        int reads = 0;
        for (; Rows(hints) < 5_000; reads++)
        {
            if (hints.LearnDeep((ulong)reads, 5_000 > 2 * Rows(hints)))
            {
                hints.Raise(0, 5_000);
            }
        }

        Assert.That(reads, Is.LessThan(100));
    }

    [Test]
    public void NoteDeep_FarReadsOfAMinority_LeaveTheOthersAlone([Values(1, 3, 4)] int deepOfTen, [Values] bool differ)
    {
        const int reads = 10_000;
        FetchHints hints = new([Least]);
        Random random = new(1);
        long asked = 0;
        for (int i = 0; i < reads; i++)
        {
            bool isDeep = random.Next(10) < deepOfTen;
            int need = !isDeep ? Least / 2 : differ ? (int)(Least * Math.Pow(1_000, random.NextDouble())) : 1_000 * Least;
            int hint = Rows(hints);
            asked += hint;
            if (need <= hint)
            {
                hints.LearnEnough(1);
                hints.Lower(0, i % 32 == 0 ? need : hint);
            }
            else if (hints.LearnDeep((ulong)i, need > 2 * hint))
            {
                hints.Raise(0, need);
            }
        }

        Assert.That(asked / reads, Is.LessThan(4 * Least));
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
