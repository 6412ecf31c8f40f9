using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Primitives;

/// <summary>Sorting by insertion, and by the general sort where too much is out of order, give one answer.</summary>
[Category("Fast")]
internal sealed class RowKeyOrderTests
{
    [Test]
    public void SortNearlyOrdered_AnyDisorder_EqualsTheGeneralSort([Values(0, 2, 30, 100)] int latePercent, [Values(1, 20, 500)] int latest)
    {
        Random random = new(HashCode.Combine(latePercent, latest));
        for (int count = 0; count < 300; count += 1 + (count / 8))
        {
            RowKey[] keys = new RowKey[count];
            for (int i = 0; i < count; i++)
            {
                long late = random.Next(100) < latePercent ? random.Next(latest) : 0;
                keys[i] = new RowKey(count - i - late, (ulong)random.Next(3), i, 0);
            }

            RowKey[] expected = [.. keys.OrderBy(key => key)];
            RowKeyOrder.SortNearlyOrdered(keys);
            Assert.That(keys.Select(key => (key.Time, key.Id)), Is.EqualTo(expected.Select(key => (key.Time, key.Id))));
            Assert.That(keys.Select(key => key.Row).Order(), Is.EqualTo(Enumerable.Range(0, count).Select(i => (long)i)), "each key once");
        }
    }
}
