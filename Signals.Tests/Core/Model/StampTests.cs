using Signals.Core.Model;

namespace Signals.Tests.Core.Model;

[Category("Fast")]
internal sealed class StampTests
{
    [TestCase(1, 0, 65_537UL)]
    [TestCase(1, 65_535, 131_072UL)]
    [TestCase(Stamp.MaxGeneration, Stamp.MaxSourceRank, 1UL << 63)]
    public void Of_GenerationAndRank_PacksAndUnpacks(long generation, int rank, ulong value)
    {
        Stamp stamp = Stamp.Create(generation, rank);
        Assert.That(stamp.Value, Is.EqualTo(value));
        Assert.That((stamp.Generation, stamp.SourceRank, stamp.IsValid), Is.EqualTo((generation, (ushort)rank, true)));
    }

    [TestCase(0, 0)]
    [TestCase(-1, 0)]
    [TestCase(Stamp.MaxGeneration + 1, 0)]
    [TestCase(1, -1)]
    [TestCase(1, Stamp.MaxSourceRank + 1)]
    public void Of_OutOfRange_Throws(long generation, int rank) =>
        Assert.That(() => Stamp.Create(generation, rank), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Order_IsGenerationThenRankAboveStreamedAboveNone()
    {
        Stamp[] ascending =
            [Stamp.None, Stamp.Streamed, Stamp.Create(1, 0), Stamp.Create(1, 7), Stamp.Create(2, 0), Stamp.Create(Stamp.MaxGeneration, 0)];
        Assert.That(ascending, Is.Ordered.Ascending);
        Assert.That((Stamp.Streamed.Generation, Stamp.Streamed.SourceRank), Is.EqualTo((0L, (ushort)0)));
        Assert.That((Stamp.None.IsValid, new Stamp(Stamp.MaxValue + 1).IsValid), Is.EqualTo((false, false)));
    }
}
