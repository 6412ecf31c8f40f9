using Signals.Core.Model;
using Signals.Storage.MemTables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.MemTables;

/// <summary>Sorting entries of users whose ids differ in few bytes or in all.</summary>
[Category("Fast")]
internal sealed class EntrySorterTests
{
    [Test]
    public void Sort_AnyIds_OrdersByTypeThenUserWithoutAllocating([Values] bool hashed)
    {
        using OwnedMemory memory = new();
        EntryKey[] keys = Keys(20_000, hashed);
        EntryKey[] expected = [.. keys.OrderBy(key => key.EventType).ThenBy(key => key.UserHigh).ThenBy(key => key.UserLow)];
        long least = long.MaxValue; // the runtime's own allocations, as it optimizes, come and go
        for (int round = 0; round < 5; round++)
        {
            EntrySorter sorter = new(memory);
            foreach (ref readonly EntryKey key in keys.AsSpan())
            {
                sorter.Add(key);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            ReadOnlySpan<EntryKey> sorted = sorter.Sort();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.That(sorted.SequenceEqual(expected));
        }

        Assert.That(least, Is.Zero);
    }

    [TestCase(0)]
    [TestCase(1)]
    public void Sort_NoneOrOne_IsTheSame(int count)
    {
        using OwnedMemory memory = new();
        EntrySorter sorter = new(memory);
        for (int i = 0; i < count; i++)
        {
            sorter.Add(new EntryKey(1, 2, 3, 4));
        }

        Assert.That(sorter.Sort().Length, Is.EqualTo(count));
    }

    private static EntryKey[] Keys(int count, bool hashed)
    {
        SimRandom random = new(20);
        ulong step = (ulong)random.Next() | 1;
        EntryKey[] keys = new EntryKey[count];
        for (int i = 0; i < count; i++)
        {
            ulong number = ((ulong)i * step) & 0xFFFFF; // 20 bits, each once
            UserId user = hashed ? UserId.From($"user-{number}") : UserId.From(number);
            keys[i] = new EntryKey(user.High, user.Low, (ushort)(i % 3), (uint)i);
        }

        return keys;
    }
}
