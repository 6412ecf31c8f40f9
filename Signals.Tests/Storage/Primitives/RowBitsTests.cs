using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Primitives;

/// <summary>Adjacent rows that are added at once are those that would have been added one by one.</summary>
[Category("Fast")]
internal sealed class RowBitsTests
{
    [Test]
    public void Add_AdjacentRows_EqualsAddingEach([Range(0, 9)] int seed)
    {
        const int Rows = 300;
        Random random = new(seed);
        RowBits atOnce = new(Rows);
        RowBits oneByOne = new(Rows);
        for (int i = 0; i < 20; i++)
        {
            int first = random.Next(Rows);
            int count = random.Next(Rows - first + 1);
            long before = oneByOne.Count;
            for (int row = first; row < first + count; row++)
            {
                oneByOne.Add(row);
            }

            Assert.That(atOnce.Add(first, count), Is.EqualTo(oneByOne.Count - before));
            Assert.That(atOnce.Count, Is.EqualTo(oneByOne.Count));
            Assert.That(Enumerable.Range(0, Rows).Select(row => atOnce.Contains(row)),
                Is.EqualTo(Enumerable.Range(0, Rows).Select(row => oneByOne.Contains(row))));
        }
    }
}
