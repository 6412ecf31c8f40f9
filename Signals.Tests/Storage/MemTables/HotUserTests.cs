using System.Buffers.Binary;
using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.MemTables;

/// <summary>
/// A user with so many events in the memtable that a read must not look at them all, however they came: its newest events cost the same,
/// and are those that a dictionary of all of them gives.
/// </summary>
internal sealed class HotUserTests
{
    private const int Last = 100;

    /// <summary>A few times what the answer holds, and what may come before rows are kept in order; far less than there are.</summary>
    private const int MostVisited = 1_500;

    private static readonly UserId User = UserId.From(1UL);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t
        .Field<long>("a").Field<long>("b").Text("note")));
    private static readonly EngineOptions Roomy = TestStores.Tiny with
    {
        RingBytes = 1 << 20,
        MaxBatchBytes = 256 << 10,
        MemTableBytes = 32 << 20,
        LogBytes = 16 << 20,
    };

    /// <summary>How events come; of the number of one and how many there are the time and the id.</summary>
    private static readonly Dictionary<string, Func<int, int, (long Time, ulong Id)>> Arrivals = new()
    {
        ["ascending"] = (i, _) => (i, 1),
        ["descending"] = (i, n) => (n - i, 1),
        ["any order"] = (i, n) => (Scatter(i) % n, 1),
        ["one millisecond"] = (i, _) => (0, (ulong)i),
        ["one millisecond, ids descending"] = (i, n) => (0, (ulong)(n - i)),
        ["copies of 1,000 events"] = (i, _) => (i % 1_000, 1),
        ["copies in any order"] = (i, _) => (Scatter(i) % 150, 1),
        ["one event over and over"] = (_, _) => (7, 7),
        ["one early, then ascending"] = (i, n) => (i == 0 ? 2 * n : i, 1),
        ["ascending, then descending"] = (i, n) => (i < n / 2 ? i : n - i, (ulong)i),
        ["every second one late"] = (i, n) => (i % 2 == 0 ? i : Scatter(i) % n, (ulong)i),
    };

    private static IEnumerable<string> Kinds => Arrivals.Keys;

    [TestCaseSource(nameof(Kinds))]
    public void Read_NewestOfManyEvents_VisitsFewHoweverTheyCame(string kind)
    {
        foreach (int events in (int[])[2_000, 20_000])
        {
            using SignalStore store = Open();
            Dictionary<(long, ulong), Cells> expected = [];
            Append(store, expected, 0, events, i => Arrivals[kind](i, events));
            long visited = Visited(store, store.Query("view").Last(Last).Build());
            Assert.That(visited, Is.LessThan(MostVisited), $"{kind}, {events} events");
            Check(store, expected);
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Read_AfterAFlushAndMoreEvents_IsWhatTheModelHolds(string kind)
    {
        using SignalStore store = Open();
        Dictionary<(long, ulong), Cells> expected = [];
        Append(store, expected, 0, 3_000, i => Arrivals[kind](i, 6_000));
        store.FlushAsync().GetAwaiter().GetResult();
        Append(store, expected, 3_000, 6_000, i => Arrivals[kind](i, 6_000));
        Check(store, expected);
        store.FlushAsync().GetAwaiter().GetResult();
        Check(store, expected);
    }

    [Test]
    public void Append_MemtableFullOfOneUserInAnyOrder_LosesNothing()
    {
        using SignalStore store = TestStores.Open(
            new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start + 100_000_000),
            TestStores.Tiny with { MemTableBytes = 64 << 10 });
        Dictionary<(long, ulong), Cells> expected = [];
        Append(store, expected, 0, 4_000, i => (Scatter(i) % 1_500, 1), perBatch: 37);
        Check(store, expected);
    }

    [Test]
    public void Append_CopiesThatAreMergedOverAndOver_FillAndFlushMemtablesAndLoseNothing()
    {
        using SignalStore store = TestStores.Open(
            new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start + 100_000_000),
            TestStores.Tiny with { MemTableBytes = 64 << 10 });
        const int events = 3_000;
        string wide = new('w', 200);
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < events; i++)
        {
            // Each copy is greater in one column and less in the other, so each makes a merged row.
            batch.Add(User, TestStores.Start + (i % 3), 1).Set("a", InByteOrder(i)).Set("b", InByteOrder(events - i)).Set("note", wide);
            if (batch.Count == 20)
            {
                store.Append(batch);
                store.Engine.RunPending();
                batch.Clear();
            }
        }

        using Sequence answer = store.Read(User, store.Query("view").Columns("a", "b", "note").Build());
        Assert.That(answer.Times.ToArray(), Is.EqualTo(new[] { 2, 1, 0 }.Select(i => TestStores.Start + i)));
        Assert.That(answer.Field<long>("a").ToArray(), Is.EqualTo(new[] { events - 1, events - 2, events - 3 }.Select(InByteOrder)));
        Assert.That(answer.Field<long>("b").ToArray(), Is.EqualTo(new[] { events - 2, events - 1, events }.Select(InByteOrder)));
        Assert.That(answer.Text("note", 1), Is.EqualTo(wide));
    }

    [Test]
    public void Read_BesideTheWriter_SeesEachAcknowledgedEventOnceAndInOrder()
    {
        using SignalStore store = Open();
        SequenceQuery query = store.Query("view").Columns("a").Build();
        Exception? failure = null;
        int acknowledged = 0;
        int stop = 0;
        Thread reader = new(() =>
        {
            try
            {
                while (Volatile.Read(ref stop) == 0)
                {
                    int least = Volatile.Read(ref acknowledged);
                    using Sequence answer = store.Read(User, query);
                    RequireStrictOrder(answer, least);
                }
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        reader.Start();
        Dictionary<(long, ulong), Cells> expected = [];
        for (int i = 0; i < 6_000; i += 100)
        {
            Append(store, expected, i, i + 100, k => (Scatter(k) % 100_000, (ulong)k));
            Volatile.Write(ref acknowledged, expected.Count);
        }

        Volatile.Write(ref stop, 1);
        reader.Join();
        Assert.That(failure, Is.Null);
    }

    private static void RequireStrictOrder(in Sequence answer, int least)
    {
        if (answer.Count < least)
        {
            throw new InvalidOperationException($"{answer.Count} events, {least} were acknowledged before.");
        }

        for (int i = 1; i < answer.Count; i++)
        {
            if (answer.Times[i] > answer.Times[i - 1] || (answer.Times[i] == answer.Times[i - 1] && answer.Ids[i] <= answer.Ids[i - 1]))
            {
                throw new InvalidOperationException($"Row {i} is out of order or twice.");
            }
        }
    }

    private static long Visited(SignalStore store, SequenceQuery query)
    {
        using Sequence first = store.Read(User, query);
        long before = first.Buffer.Assembler.RowsVisited;
        first.Dispose();
        using Sequence second = store.Read(User, query);
        return second.Buffer.Assembler.RowsVisited - before;
    }

    private static void Append(
        SignalStore store, Dictionary<(long, ulong), Cells> expected, int first, int end,
        Func<int, (long Time, ulong Id)> arrival, int perBatch = 500)
    {
        EventBatch batch = store.CreateBatch("view");
        for (int i = first; i < end; i++)
        {
            (long time, ulong id) = arrival(i);
            int value = (int)(Scatter(i) >> 5) % 100;
            EventRow row = batch.Add(User, TestStores.Start + time, id).Set("a", (long)value);
            row = value % 3 == 0 ? row.SetNull("b") : value % 3 == 1 ? row.Set("b", (long)(100 - value)) : row;
            row.Set("note", $"note {value:00}");
            Cells cells = new(value, value % 3 == 2 ? -2 : value % 3 == 0 ? -1 : 100 - value);
            expected[(time, id)] = expected.TryGetValue((time, id), out Cells held) ? held.Max(cells) : cells;
            if (batch.Count == perBatch || i == end - 1)
            {
                store.Append(batch);
                store.Engine.RunPending();
                batch.Clear();
            }
        }
    }

    private static void Check(SignalStore store, Dictionary<(long Time, ulong Id), Cells> expected)
    {
        foreach (int last in (int[])[1, Last, int.MaxValue])
        {
            using Sequence answer = store.Read(User, store.Query("view").Last(last).Columns("a", "b", "note").Build());
            KeyValuePair<(long Time, ulong Id), Cells>[] rows = [.. expected.OrderByDescending(e => e.Key.Time)
                .ThenBy(e => e.Key.Id).Take(last)];
            Assert.That(answer.Count, Is.EqualTo(rows.Length));
            for (int row = 0; row < rows.Length; row++)
            {
                Cells cells = rows[row].Value;
                ColumnState state = answer.States("b")[row];
                long b = state switch { ColumnState.Value => answer.Field<long>("b")[row], ColumnState.Null => -1, _ => -2 };
                bool isRight = answer.Times[row] - TestStores.Start == rows[row].Key.Time && answer.Ids[row] == rows[row].Key.Id
                    && answer.Field<long>("a")[row] == cells.A && b == cells.B && answer.Text("note", row) == $"note {cells.A:00}";
                Assert.That(isRight, $"row {row} of the last {last}");
            }
        }
    }

    /// <summary>A value whose cells compare as the number does: the merge goes by bytes.</summary>
    private static long InByteOrder(int i) => BinaryPrimitives.ReverseEndianness((long)i);

    private static long Scatter(int i) => (long)((ulong)i * 0x9E3779B97F4A7C15 >> 33);

    private static SignalStore Open() =>
        TestStores.Open(new SimFileSystem(record: false), Schema, new ManualTime(TestStores.Start + 100_000_000), Roomy);

    /// <summary>The greatest cells of an event's copies: -2 stands for absent, -1 for null.</summary>
    private readonly record struct Cells(long A, long B)
    {
        public Cells Max(Cells other) => new(Math.Max(A, other.A), Math.Max(B, other.B));
    }
}
