using Signals.Serving;

namespace Signals.Tests.Core.Serving.Rows;

[Category("Fast")]
internal sealed class RowMaskTests
{
    private static readonly int[] Sizes = [0, 1, 63, 64, 65, 127, 128, 200];

    [TestCaseSource(nameof(Sizes))]
    public void Not_OfAnyLength_LeavesTheBitsBeyondTheEndOut(int rows)
    {
        RowMask mask = new();
        mask.Reset(rows, value: false);
        mask.Not();
        Assert.That(mask.CountSet(), Is.EqualTo(rows));
        mask.Not();
        Assert.That(mask.CountSet(), Is.Zero);
    }

    [TestCaseSource(nameof(Sizes))]
    public void Reset_ToAllIn_AfterALongerUse_CountsItsRowsAlone(int rows)
    {
        RowMask mask = new();
        mask.Reset(300, value: true);
        mask.Reset(rows, value: true);
        Assert.That(mask.CountSet(), Is.EqualTo(rows));
    }

    [Test]
    public void Next_RandomBits_FindsEachOnceInOrder()
    {
        Random random = new(7);
        RowMask mask = new();
        mask.Reset(500, value: false);
        List<int> expected = [.. Enumerable.Range(0, 500).Where(_ => random.Next(9) == 0)];
        expected.ForEach(row => mask[row] = true);
        List<int> found = [];
        for (int row = mask.Next(0, 500); row < 500; row = mask.Next(row + 1, 500))
        {
            found.Add(row);
        }

        Assert.That(found, Is.EqualTo(expected));
        Assert.That(mask.CountSet(100, 300), Is.EqualTo(expected.Count(row => row is >= 100 and < 300)));
        Assert.That(mask.Next(expected[0] + 1, expected[1]), Is.EqualTo(expected[1]), "the end is none of the rows");
    }

    [Test]
    public void AndOr_DifferentLengths_AreRefused()
    {
        RowMask mask = new();
        RowMask other = new();
        mask.Reset(3, value: true);
        other.Reset(4, value: true);
        Assert.That(() => mask.And(other), Throws.ArgumentException);
        Assert.That(() => mask.Or(other), Throws.ArgumentException);
        Assert.That(() => mask[3], Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void ClearFrom_AnyRow_TakesOutThatAndWhatFollows([Values(0, 1, 63, 64, 65, 128, 129, 130, 500)] int from)
    {
        RowMask mask = new();
        mask.Reset(130, value: true);
        mask.ClearFrom(from);
        Assert.That(mask.CountSet(), Is.EqualTo(Math.Min(from, 130)));
        Assert.That(mask.Next(0, 130), Is.EqualTo(from == 0 ? 130 : 0));
        Assert.That(mask.Next(from, 130), Is.EqualTo(130));
    }
}
