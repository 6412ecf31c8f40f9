using Signals.Storage.Engine.Recovery;

namespace Signals.Tests.Storage.Engine.Recovery;

/// <summary>A replay flushes beside it what would find no room, from the first memtable on, and nothing else.</summary>
internal sealed class FlushNeedTests
{
    [Test]
    public void IsFlushDue_NothingFrozen_IsFalse()
    {
        FlushNeed need = new(logBytes: 1000, room: 1);
        need.CountApplied(900);
        Assert.That(need.IsFlushDue(flushed: 0), Is.False);
    }

    [TestCase(500, 2, ExpectedResult = 0, Description = "two in all: both may wait")]
    [TestCase(334, 2, ExpectedResult = 0, Description = "the third is not full at the end")]
    [TestCase(333, 2, ExpectedResult = 1, Description = "three in all, two may wait")]
    [TestCase(100, 2, ExpectedResult = 8)]
    [TestCase(1000, 1, ExpectedResult = 0)]
    public int IsFlushDue_FirstMemTableIsFrozen_UntilTheRestFindsRoom(int bytesOfAMemTable, int room)
    {
        FlushNeed need = new(logBytes: 1000, room);
        need.CountApplied(bytesOfAMemTable);
        need.CountFrozen();
        return Enumerable.Range(0, 100).First(flushed => !need.IsFlushDue(flushed));
    }

    [Test]
    public void IsFlushDue_LaterMemTablesHoldLess_GoesByAllOfThem()
    {
        FlushNeed need = new(logBytes: 1000, room: 2);
        need.CountApplied(500);
        need.CountFrozen();
        Assert.That(need.IsFlushDue(flushed: 0), Is.False);
        need.CountApplied(100);
        need.CountFrozen();
        Assert.That(need.IsFlushDue(flushed: 0), Is.True);
    }

    [Test]
    public void CountFrozen_WithoutEntries_ExpectsNothingImpossible()
    {
        FlushNeed need = new(logBytes: 0, room: 1);
        need.CountFrozen();
        Assert.That(need.IsFlushDue(flushed: 0), Is.False);
    }
}
