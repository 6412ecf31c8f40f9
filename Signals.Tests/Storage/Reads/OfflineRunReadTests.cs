using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Reads;

/// <summary>What reads show of events that patches, retractions and whole events from offline runs meet.</summary>
[Category("Fast")]
internal sealed class OfflineRunReadTests
{
    private const long Second = 1000;
    private static readonly UserId TheUser = UserId.From(1);
    private static readonly Stamp Early = Stamp.Create(1, 0);
    private static readonly Stamp Late = Stamp.Create(2, 0);

    private SimFileSystem _files = null!;
    private SignalStore _store = null!;

    private static int[] All(int events) => [.. Enumerable.Range(0, events)];

    [SetUp]
    public void OpenStore()
    {
        _files = new SimFileSystem(record: false);
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t
            .Field<int>("a").Text("b").EnrichmentVector<float>("v", 32).KeepLast(1000).Window(TimeSpan.FromMinutes(10))));
        _store = TestStores.Open(_files, schema, new ManualTime(TestStores.Start), TestStores.Tiny with { BlockCacheBytes = 4 << 20 });
    }

    [TearDown]
    public void CloseStore() => _store.Dispose();

    [Test]
    public void Read_UserWithPatchesAlone_IsUnknown()
    {
        Attach(RunKind.Patches, Rows(Late, StampParts.None, All(3)));

        using Sequence none = Read();
        Assert.That((none.Count, none.Status), Is.EqualTo((Count: 0, Status: SequenceStatus.UnknownUser)));
    }

    [Test]
    public void Read_UserWithRetractionsAlone_IsUnknownUntilTheEventComes()
    {
        Attach(RunKind.Events, Retractions(Early, 1));
        using (Sequence none = Read())
        {
            Assert.That((none.Count, none.Status), Is.EqualTo((Count: 0, Status: SequenceStatus.UnknownUser)));
        }

        Append(1);
        using Sequence retracted = Read();
        Assert.That(
            (retracted.Count, retracted.Status), Is.EqualTo((Count: 0, Status: SequenceStatus.Complete)), "known, with nothing to show");
    }

    [Test]
    public void Read_RetractedAndInsertedAgain_ShowsOnlyWhatIsNewerThanTheRetraction()
    {
        Append(1);
        Attach(RunKind.Patches, Rows(Early, StampParts.None, [1], text: "early"));
        Attach(RunKind.Events, Retractions(Early, 1));
        Attach(RunKind.Events, Rows(Late, StampParts.None, [1], text: null));

        using Sequence again = Read();
        Assert.That(again.Count, Is.EqualTo(1));
        Assert.That(again.States("b")[0], Is.EqualTo(ColumnState.Absent), "the streamed text and the early patch went with the retraction");
        Assert.That(again.Field<int>("a")[0], Is.EqualTo(-1));
    }

    [Test]
    public void Read_Range_CountsRetractedEventsTowardsLastNButLeavesThemOut()
    {
        Append(All(1100));
        Attach(RunKind.Events, Retractions(Early, 1099, 500, 150, 99));

        using Sequence range = _store.Read(TheUser, _store.Query("e").Between(Time(90), Time(160)).Build());
        int[] expected = [.. Enumerable.Range(100, 60).Where(i => i != 150).Reverse()];
        Assert.That(range.Times.ToArray(), Is.EqualTo(expected.Select(Time)), "of 1000 kept the oldest is event 100");
    }

    [Test]
    public async Task Read_ManyRetractedInOverlappingRuns_FindsAsManyAsAreWanted(
        [Values(1, 3, 10, 100, 390, 1000)] int last, [Values] bool compacted)
    {
        Append([.. All(800).Where(i => i % 2 == 0)]);
        await _store.FlushAsync();
        Append([.. All(800).Where(i => i % 3 == 1)]);
        await _store.FlushAsync();
        Attach(RunKind.Events, Retractions(Early, [.. All(900).Where(i => i / 50 % 2 == 1)]));
        Append([.. All(800).Where(i => i % 5 == 0)]);
        if (compacted)
        {
            await _store.CompactAsync();
        }

        int[] there = [.. All(800).Where(i => (i % 2 == 0 || i % 3 == 1 || i % 5 == 0) && i / 50 % 2 == 0).Reverse().Take(last)];
        using Sequence sequence = _store.Read(TheUser, _store.Query("e").Last(last).Build());
        Assert.That(sequence.Times.ToArray(), Is.EqualTo(there.Select(Time)));
        using Sequence range = _store.Read(TheUser, _store.Query("e").Last(last).Between(Time(210), Time(430)).Build());
        Assert.That(range.Times.ToArray(), Is.EqualTo(All(430).Where(i => i >= 210
            && (i % 2 == 0 || i % 3 == 1 || i % 5 == 0) && i / 50 % 2 == 0).Reverse().Take(last).Select(Time)));
    }

    [Test]
    public async Task Read_HalfOfALongHistoryPatched_GivesEachCellItsGreatest([Values] bool flushed, [Values] bool oldestFirst)
    {
        Append(All(800));
        if (flushed)
        {
            await _store.FlushAsync();
        }

        int[] patched = [.. All(800).Where(i => i / 7 % 2 == 0)];
        Attach(RunKind.Patches, Rows(Late, StampParts.None, patched, text: "late", vector: true));
        Attach(RunKind.Patches, Rows(Early, StampParts.None, All(800), text: "early"));

        SequenceQueryBuilder query = _store.Query("e").Last(700);
        using Sequence sequence = _store.Read(TheUser, (oldestFirst ? query.OldestFirst() : query).Build());
        for (int row = 0; row < 700; row++)
        {
            int i = oldestFirst ? 100 + row : 799 - row;
            bool late = i / 7 % 2 == 0;
            Assert.That(sequence.Times[row], Is.EqualTo(Time(i)));
            Assert.That(sequence.Text("b", row), Is.EqualTo(late ? "late" : "early"));
            Assert.That(sequence.Field<int>("a")[row], Is.EqualTo(-i));
            Assert.That(sequence.States("v")[row], Is.EqualTo(late ? ColumnState.Value : ColumnState.Absent));
            Assert.That(sequence.Vector<float>("v")[row * 32], Is.EqualTo(late ? i : 0f));
        }
    }

    [Test]
    public async Task Read_OfSomeColumns_FetchesNoOthersOfThePatches()
    {
        Append(All(300));
        await _store.FlushAsync();
        Attach(RunKind.Patches, Rows(Late, StampParts.None, All(300), text: "late", vector: true));
        long before = _store.GetStats().BlockBytesRead;

        using Sequence sequence = _store.Read(TheUser, _store.Query("e").Columns("b").Build());

        Assert.That(sequence.Text("b", 0), Is.EqualTo("late"));
        Assert.That(_store.GetStats().BlockBytesRead - before, Is.LessThan(300 * 32 * sizeof(float)), "no vector");
    }

    private static long Time(int event_) => TestStores.Start - (2000 * Second) + (event_ * Second);

    private static RowBuffer Retractions(Stamp stamp, params int[] events)
    {
        RowBuffer rows = NewRows(stamp, StampParts.Existence);
        foreach (int i in events.OrderDescending())
        {
            rows.AppendKey(Time(i), (ulong)i);
            rows.Stamps.AppendExistence(Stamp.None, stamp);
        }

        rows.FillAbsent();
        return rows;
    }

    private static RowBuffer Rows(Stamp stamp, StampParts parts, int[] events, string? text = null, bool vector = false)
    {
        RowBuffer rows = NewRows(stamp, parts);
        foreach (int i in events.OrderDescending())
        {
            rows.AppendKey(Time(i), (ulong)i);
            rows.Columns[0].Append(-i);
            if (text is not null)
            {
                rows.Columns[1].AppendText(text);
            }

            if (vector)
            {
                MemoryMarshal.Cast<byte, float>(rows.Columns[2].AppendFixedRows(1)).Fill(i);
            }
        }

        rows.FillAbsent();
        return rows;
    }

    private static RowBuffer NewRows(Stamp stamp, StampParts parts) =>
        new([ColumnType.Scalar<int>(), ColumnType.Text, ColumnType.Vector<float>(32)], stamp, parts);

    private Sequence Read() => _store.Read(TheUser, _store.Query("e").Build());

    private void Append(params int[] events)
    {
        foreach (int[] some in events.Chunk(100))
        {
            EventBatch batch = _store.CreateBatch("e");
            foreach (int i in some)
            {
                batch.Add(TheUser, Time(i), (ulong)i).Set("a", i).Set("b", "streamed");
            }

            Assert.That(_store.TryAppend(batch, out _));
            _store.Engine.RunPending();
        }
    }

    private void Attach(RunKind kind, RowBuffer rows)
    {
        using AttachedRuns runs = new(_files, _store, TestStores.Tiny.Tables);
        runs.Add(_store.Schema["e"], kind, new() { [TheUser] = rows }).Attach();
    }
}
