using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.MemTables;

namespace Signals.Tests.Storage.MemTables;

/// <summary>Appending to a memtable, looking rows up, putting them in order, and running out of memory in the middle of a batch.</summary>
[Category("Fast")]
internal sealed class MemTableTests
{
    private static readonly EventTypeSchema Declared = StoreSchema
        .Define(s => s.EventType("e", t => t.Field<int>("n").Text("text").Vector<float>("v", 16)))["e"];

    private static readonly ColumnType[] ColumnTypes = [.. Declared.Columns.Select(column => column.Type)];

    [Test]
    public void Append_ManyUsersAndChunks_KeepsEveryRowInOrder([Values(1, 3, 700)] int users)
    {
        using MemArenaPool pool = new(8 << 20, keep: 1);
        using MemTable table = new(pool, [new ChunkLayout(Declared)]);
        const int Rows = 3000;
        Append(table, Enumerable.Range(0, Rows).Select(i => (User: i % users, Time: (long)i)), Rows);
        using OwnedMemory memory = new();
        EntrySorter entries = new(memory);
        table.AddEntriesTo(entries);
        Assert.That((table.Rows, entries.Sort().Length), Is.EqualTo(((long)Rows, users)));
        for (int user = 0; user < users; user++)
        {
            Assert.That(
                Times(table, user),
                Is.EqualTo(Enumerable.Range(0, Rows).Where(i => i % users == user).Reverse().Select(i => (long)i)));
        }

        Assert.That(table.TryFind(UserId.From(99_999), UserId.From(99_999).Hash64, 0, out _), Is.False);
    }

    [Test]
    public void Append_LateAndEqualTimes_ClearsTheSortedFlagAndOrdersOnce()
    {
        using MemArenaPool pool = new(1 << 20, keep: 1);
        using MemTable table = new(pool, [new ChunkLayout(Declared)]);
        Append(table, [(1, 10), (1, 20)], 2);
        Assert.That(Find(table, 1).IsSorted);
        Append(table, [(1, 20)], 1);
        Assert.That(Find(table, 1).IsSorted, Is.False);
        Append(table, [(1, 5), (1, 30), (1, 10)], 3);
        Assert.That((Find(table, 1).Newest, Find(table, 1).Oldest, Find(table, 1).Count), Is.EqualTo((30L, 5L, 6)));
        Assert.That(Times(table, 1), Is.EqualTo(new long[] { 30, 20, 10, 5 }));
    }

    [Test]
    public void Append_ArenaFull_StopsBeforeARowAndKeepsTheOthersWhole([Values(1, 5, 40)] int users)
    {
        using MemArenaPool pool = new(32 << 10, keep: 1);
        using MemTable table = new(pool, [new ChunkLayout(Declared)]);
        const int Wanted = 2000;
        int done = Append(table, Enumerable.Range(0, Wanted).Select(i => (i % users, (long)i)), Wanted);
        Assert.That(done, Is.InRange(10, Wanted - 1));
        Assert.That(table.Rows, Is.EqualTo(done));
        int found = 0;
        using OwnedMemory memory = new();
        EntrySorter sorter = new(memory);
        table.AddEntriesTo(sorter);
        foreach (EntryKey key in sorter.Sort())
        {
            RowBuffer ordered = Ordered(table.RowsOf(key), out _);
            found += ordered.Count;
            for (int row = 0; row < ordered.Count; row++)
            {
                AssertRow(ordered, row);
            }
        }

        Assert.That(found, Is.EqualTo(done));
    }

    [Test]
    public void Rent_AfterReturn_ReusesTheArenaAndKeepsFew()
    {
        using MemArenaPool pool = new(16 << 10, keep: 1);
        MemArena first = pool.Rent();
        MemArena second = pool.Rent();
        Assert.That(pool.LiveCount, Is.EqualTo(2));
        pool.Return(first);
        pool.Return(second);
        Assert.That(pool.LiveCount, Is.EqualTo(1));
        Assert.That(pool.Rent(), Is.SameAs(first));
        pool.Prepare();
        pool.Prepare();
        Assert.That(pool.LiveCount, Is.EqualTo(2));
        pool.Dispose();
        pool.Return(first);
        Assert.That(pool.LiveCount, Is.Zero);
    }

    [Test]
    public void TryGiveAway_OneSpare_IsKeptForIngest()
    {
        using MemArenaPool pool = new(16 << 10, keep: 2);
        MemArena[] rented = [pool.Rent(), pool.Rent()];
        pool.Return(rented[0]);
        Assert.That(pool.TryGiveAway(out _), Is.False);
        pool.Return(rented[1]);
        Assert.That(pool.TryGiveAway(out MemArena? given), Is.True);
        given!.Dispose();
        Assert.That((pool.LiveCount, pool.TryGiveAway(out _)), Is.EqualTo((1, false)));
    }

    private static int Append(MemTable table, IEnumerable<(int User, long Time)> rows, int count)
    {
        EventBatch batch = new(Declared, count);
        float[] vector = new float[16];
        foreach ((int user, long time) in rows)
        {
            vector.AsSpan().Fill(time);
            batch.Add(UserId.From((ulong)user + 1), time, (ulong)time).Set("n", (int)time).Set("text", $"t{time}")
                .SetVector<float>("v", vector);
        }

        return MemTableRows.Append(table, batch);
    }

    private static MemRows Find(MemTable table, int user)
    {
        UserId id = UserId.From((ulong)user + 1);
        Assert.That(table.TryFind(id, id.Hash64, 0, out MemRows rows));
        return rows;
    }

    private static long[] Times(MemTable table, int user)
    {
        RowBuffer rows = Ordered(Find(table, user), out _);
        for (int row = 0; row < rows.Count; row++)
        {
            AssertRow(rows, row);
        }

        return rows.Times.ToArray();
    }

    private static RowBuffer Ordered(in MemRows rows, out int merged)
    {
        RowBuffer destination = new(ColumnTypes);
        using OwnedMemory memory = new();
        merged = new MemRowOrderer(ColumnTypes, memory).AppendTo(rows, destination);
        return destination;
    }

    private static void AssertRow(RowBuffer rows, int row)
    {
        long time = rows.Times[row];
        bool holds = rows.Ids[row] == (ulong)time
            && BitConverter.ToInt32(rows.Columns[0].GetValue(row)) == time
            && rows.Columns[1].GetValue(row).SequenceEqual(System.Text.Encoding.UTF8.GetBytes($"t{time}"))
            && BitConverter.ToSingle(rows.Columns[2].GetValue(row)[^4..]) == time;
        Assert.That(holds, $"Row {row} of time {time} is not what was appended.");
    }
}
