using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Heads;

/// <summary>
/// A head never hides what offline files say: corrections of its events, retractions, and those that wait for their event.
/// </summary>
[Category("Fast")]
internal sealed class HeadCorrectionTests
{
    private static readonly UserId TheUser = UserId.From(1);
    private static readonly Stamp Offline = Stamp.Create(1, 0);

    private SimFileSystem _files = null!;
    private SignalStore _store = null!;
    private SequenceQuery _query = null!;

    [SetUp]
    public void OpenStore()
    {
        _files = new SimFileSystem(record: false);
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("a").Window(TimeSpan.FromHours(10))));
        _store = TestStores.Open(
            _files, schema, new ManualTime(TestStores.Start),
            TestStores.Tiny with { HeadCacheBytes = 1 << 20, MemTableBytes = 64 << 10 });
        _query = _store.Query("e").Last(20).Build();
    }

    [TearDown]
    public void CloseStore() => _store.Dispose();

    [Test]
    public void Read_HeadThenCorrectionImported_ShowsTheCorrection([Values] bool flushed)
    {
        Append(1, 2, 3);
        Flush(flushed);
        ReadIntoHead(3);

        Attach(RunKind.Patches, Cells(Offline, 2));

        Assert.That(Values(), Is.EqualTo([3, -2, 1]));
        Assert.That((int[][])[Values(), Values()], Is.All.EqualTo((int[])[3, -2, 1]), "from the new head, too");
    }

    [Test]
    public void Read_HeadThenRetractionImported_ShowsTheEventNoMore([Values] bool flushed)
    {
        Append(1, 2, 3);
        Flush(flushed);
        ReadIntoHead(3);

        Attach(RunKind.Events, Retractions(Offline, 2));

        Assert.That(Values(), Is.EqualTo([3, 1]));
        Assert.That((int[][])[Values(), Values()], Is.All.EqualTo((int[])[3, 1]), "from the new head, too");
    }

    [Test]
    public void Read_CorrectionWaitsAndTheEventComesBesideAHead_ShowsTheCorrection()
    {
        Append(1, 2);
        Attach(RunKind.Patches, Cells(Offline, 3));
        ReadIntoHead(2);

        Append(3);

        Assert.That(Values(), Is.EqualTo([-3, 2, 1]));
    }

    [Test]
    public void Read_RetractionWaitsAndTheEventComesBesideAHead_DoesNotShowTheEvent()
    {
        Append(1, 2);
        Attach(RunKind.Events, Retractions(Offline, 3));
        ReadIntoHead(2);

        Append(3, 4);

        Assert.That(Values(), Is.EqualTo([4, 2, 1]));
    }

    [Test]
    public void Read_AllEventsRetracted_IsKnownWithAndWithoutAHead()
    {
        Append(1);
        Attach(RunKind.Events, Retractions(Offline, 1));
        for (int read = 0; read < 3; read++)
        {
            using Sequence none = _store.Read(TheUser, _query);
            Assert.That((none.Count, none.Status), Is.EqualTo((0, SequenceStatus.Complete)));
        }
    }

    [Test]
    public void Read_EventsGoFromTheMemtableIntoTablesBesideAHead_AreStillShown()
    {
        Append(1, 2);
        ReadIntoHead(2);
        Append(3, 4);

        Flush(true);
        Append(5);

        Assert.That(Values(), Is.EqualTo([5, 4, 3, 2, 1]));
        Assert.That(_store.GetStats().HeadsMade, Is.EqualTo(1), "the head got the rest before the memtable left");
    }

    [Test]
    public void Read_MoreEventsThanAHeadHolds_TellsWhereItEnds()
    {
        Append([.. Enumerable.Range(0, 200)]);
        ReadIntoHead(20);
        for (int i = 200; i < 260; i += 3)
        {
            Append(i, i + 1, i + 2);
            Assert.That(Values(), Is.EqualTo(Enumerable.Range(i + 3 - 20, 20).Reverse()));
        }

        // The head had all of these when it was made, and has let go of the older ones since.
        SequenceQuery since = _store.Query("e").Last(120).Between(Time(185), long.MaxValue).Build();
        using Sequence sinceThen = _store.Read(TheUser, since);
        Assert.That(sinceThen.Field<int>("a").ToArray(), Is.EqualTo(Enumerable.Range(185, 75).Reverse()));
        using Sequence more = _store.Read(TheUser, _store.Query("e").Last(120).Build());
        Assert.That(more.Field<int>("a").ToArray(), Is.EqualTo(Enumerable.Range(140, 120).Reverse()));
    }

    [Test]
    public void Read_SameEventWithOtherValuesBesideAHead_ShowsTheGreater()
    {
        Append(1, 2);
        ReadIntoHead(2);

        EventBatch batch = _store.CreateBatch("e");
        batch.Add(TheUser, Time(2), 2).Set("a", 9);
        _store.Append(batch);
        _store.Engine.RunPending();

        Assert.That(Values(), Is.EqualTo([9, 1]));
    }

    [Test]
    public void Read_MoreThanAHeadHolds_MakesTheHeadOnce([Values] bool oldestFirst)
    {
        for (int first = 0; first < 700; first += 100)
        {
            Append([.. Enumerable.Range(first, 100)]);
        }

        SequenceQueryBuilder builder = _store.Query("e").Last(650);
        SequenceQuery query = (oldestFirst ? builder.OldestFirst() : builder).Build();
        for (int read = 0; read < 5; read++)
        {
            using Sequence all = _store.Read(TheUser, query);
            Assert.That(all.Count, Is.EqualTo(650));
        }

        Assert.That(_store.GetStats().HeadsMade, Is.LessThanOrEqualTo(1), "a head that is too short is not made again and again");
    }

    [Test]
    public void Read_RangeInThePast_MakesTheHeadOnce()
    {
        Append([.. Enumerable.Range(0, 120)]);
        SequenceQuery query = _store.Query("e").Last(20).Between(Time(10), Time(60)).Build();
        for (int read = 0; read < 5; read++)
        {
            using Sequence range = _store.Read(TheUser, query);
            Assert.That(range.Field<int>("a").ToArray(), Is.EqualTo(Enumerable.Range(40, 20).Reverse()));
        }

        Assert.That(_store.GetStats().HeadsMade, Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Forget_UserWithAHead_TakesItOut()
    {
        Append(1, 2);
        ReadIntoHead(2);
        Assert.That(_store.GetStats().Heads, Is.EqualTo(1));

        _store.Engine.TestHeads.Forget(TheUser);

        Assert.That(_store.GetStats().Heads, Is.Zero);
        Assert.That(Values(), Is.EqualTo([2, 1]));
    }

    private static long Time(int i) => TestStores.Start - 7_200_000 + (i * 1000L);

    private static RowBuffer Cells(Stamp stamp, params int[] events)
    {
        RowBuffer rows = new([ColumnType.Scalar<int>()], stamp, StampParts.None);
        foreach (int i in events.OrderDescending())
        {
            rows.AppendKey(Time(i), (ulong)i);
            rows.Columns[0].Append(-i);
        }

        rows.FillAbsent();
        return rows;
    }

    private static RowBuffer Retractions(Stamp stamp, params int[] events)
    {
        RowBuffer rows = new([ColumnType.Scalar<int>()], stamp, StampParts.Existence);
        foreach (int i in events.OrderDescending())
        {
            rows.AppendKey(Time(i), (ulong)i);
            rows.Stamps.AppendExistence(Stamp.None, stamp);
        }

        rows.FillAbsent();
        return rows;
    }

    private void Attach(RunKind kind, RowBuffer rows)
    {
        using AttachedRuns runs = new(_files, _store, TestStores.Tiny.Tables);
        runs.Add(_store.Schema["e"], kind, new() { [TheUser] = rows }).Attach();
    }

    private void Append(params int[] events)
    {
        EventBatch batch = _store.CreateBatch("e");
        foreach (int i in events)
        {
            batch.Add(TheUser, Time(i), (ulong)i).Set("a", i);
        }

        _store.Append(batch);
        _store.Engine.RunPending();
    }

    private void Flush(bool flush)
    {
        if (flush)
        {
            _store.FlushAsync().GetAwaiter().GetResult();
        }
    }

    /// <summary>Reads until a head answers: another read makes no other head.</summary>
    private void ReadIntoHead(int rows)
    {
        Assert.That(Values(), Has.Length.EqualTo(rows));
        Assert.That(Values(), Has.Length.EqualTo(rows));
        long made = _store.GetStats().HeadsMade;
        Assert.That(Values(), Has.Length.EqualTo(rows));
        Assert.That(made, Is.EqualTo(1), "made by the first or second read");
        Assert.That(_store.GetStats().HeadsMade, Is.EqualTo(1), "found by the third");
    }

    private int[] Values()
    {
        using Sequence sequence = _store.Read(TheUser, _query);
        return sequence.Field<int>("a").ToArray();
    }
}
