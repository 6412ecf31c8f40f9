using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.MemTables;

/// <summary>How many rows of a user with late events are looked at for the newest few.</summary>
[Category("Fast")]
internal sealed class MemRowsTests
{
    private static readonly EventTypeSchema Declared = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")))["e"];
    private static readonly UserId TheUser = UserId.From(1);

    [Test]
    public void AddNewestKeys_LateRows_LoadsAsManyHoweverLongTheHistory()
    {
        using MemArenaPool pool = new(8 << 20, keep: 1, TimeProvider.System);
        foreach (int rows in (int[])[400, 4_000, 64_000])
        {
            using MemTable table = new(pool, [new ChunkLayout(Declared)]);
            Append(table, Arrivals(rows, latest: 50));
            MemRows found = Find(table);
            Assert.That(found.IsSorted, Is.False);
            PooledList<RowKey> keys = new();
            Assert.That(found.AddNewestKeys(100, keys, 7, out _), Is.False);
            Assert.That(keys.Count, Is.InRange(100, 100 + 50 + (2 * MemChunk.MaxCapacity)), $"{rows} rows");
            Assert.That(keys[0].Source, Is.EqualTo(7));
        }
    }

    [Test]
    public void AddNewestKeys_AnyArrival_LeavesOutNothingNewerThanItSays()
    {
        Random random = new(5);
        using MemArenaPool pool = new(1 << 20, keep: 1, TimeProvider.System);
        for (int round = 0; round < 300; round++)
        {
            using MemTable table = new(pool, [new ChunkLayout(Declared)]);
            int latest = random.Next(1, 400);
            long[] times = [.. Enumerable.Range(0, random.Next(1, 700)).Select(i => i - (random.Next(4) == 0 ? random.Next(latest) : 0L))];
            if (round % 3 == 0)
            {
                times[0] = 1_000_000;
            }

            Append(table, times);
            PooledList<RowKey> keys = new();
            int wanted = random.Next(1, 300);
            bool isAll = Find(table).AddNewestKeys(wanted, keys, 0, out long leftOut);
            long[] loaded = [.. keys.Span.ToArray().Select(key => key.Time)];
            Assert.That(loaded, Is.EqualTo(times.Reverse().Take(loaded.Length)), "the last arrivals");
            Assert.That(isAll, Is.EqualTo(loaded.Length == times.Length));
            if (!isAll)
            {
                Assert.That(times.Reverse().Skip(loaded.Length).Max(), Is.LessThanOrEqualTo(leftOut));
                Assert.That(loaded.Count(time => time > leftOut), Is.GreaterThanOrEqualTo(wanted));
            }
        }
    }

    private static IEnumerable<long> Arrivals(int rows, int latest)
    {
        Random random = new(rows);
        return Enumerable.Range(0, rows).Select(i => i - (random.Next(20) == 0 ? random.Next(latest) : 0L));
    }

    private static void Append(MemTable table, IEnumerable<long> times)
    {
        EventBatch batch = new(Declared);
        ulong id = 0;
        foreach (long time in times)
        {
            batch.Add(TheUser, time, ++id).Set("n", 1);
        }

        Assert.That(MemTableRows.Append(table, batch), Is.EqualTo(id));
    }

    private static MemRows Find(MemTable table)
    {
        Assert.That(table.TryFind(TheUser, TheUser.Hash64, 0, out MemRows rows));
        return rows;
    }
}
