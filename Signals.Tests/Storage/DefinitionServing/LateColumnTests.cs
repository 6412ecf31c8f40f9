using System.Text;
using Signals.Core.Model;
using Signals.Core.Serving.Rows;
using Signals.Definitions;
using Signals.Offline;
using Signals.Serving;
using Signals.Storage.Compaction;
using Signals.Storage.DefinitionServing;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Vectors and texts that are fetched for the chosen rows alone: they are those of the events, wherever the events lie.</summary>
[Category("Fast")]
internal sealed class LateColumnTests
{
    private const int Dimensions = 16;
    private const int Events = 40;
    private const int Size = 9;
    private const string Segment = "/offline/patch.seg";

    private static readonly UserId User = UserId.From(1UL);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("a", t => t.Field<int>("n").Text("note").EnrichmentVector<sbyte>("v", Dimensions))
        .EventType("b", t => t.Field<int>("n").Text("note")));

    private readonly ManualTime _time = new(TestStores.Start + 1_000_000);
    private SimFileSystem _files = null!;

    [SetUp]
    public void NewFolder() => _files = ImportStore.NewFiles(record: false);

    [Test]
    public void Read_RowsInMemoryInTablesAndPatched_HaveTheirOwnVectorsAndTexts(
        [Values] bool oldestFirst, [Values(1, 2)] int types, [Values] bool twice)
    {
        using SignalStore store = Open();
        Append(store, 0, Events / 2, twice);
        store.FlushAsync().GetAwaiter().GetResult();
        Append(store, Events / 2, Events, twice);
        Patch(store, 30);
        store.Definitions.Register(Definition(oldestFirst, types));

        using ServedSequence answer = store.Read(User, "late");
        Assert.That(answer.Count, Is.EqualTo(Size));
        AssertRows(answer);
    }

    [Test]
    public void Read_ChunkOfTheVectorsDamaged_ThrowsAndHoldsNothingBack()
    {
        using (SignalStore store = Open())
        {
            Append(store, 0, Events);
            store.CompactAsync().GetAwaiter().GetResult();
        }

        Damage([.. Vector(Events - 1, patched: false).Select(component => (byte)component)]);
        using SignalStore reopened = Open();
        reopened.Definitions.Register(Definition(oldestFirst: false, types: 2));
        Assert.That(() => reopened.Read(User, "late").Dispose(), Throws.TypeOf<CorruptionException>().With.Message.Contains(".tbl"));
        Assert.That(
            () => reopened.ReadTensors([User], "late", new TensorSet().Bind<sbyte>("v", new sbyte[Size * Dimensions])),
            Throws.TypeOf<CorruptionException>());
    }

    [Test]
    public void Fetch_TableSpoiled_TakesNoOtherReadersPlaceAlong() => Assert.That(NotesReadBesideAFailure(), Is.All.EqualTo("mine"));

    [Test]
    public void Fetch_TableSpoiledAndSlotsFreedTwice_IsNoticed()
    {
        using IDisposable planted = PlantedBugs.Plant(PlantedBugs.EpochSlotFreedTwice);
        Assert.That(NotesReadBesideAFailure(), Has.Some.Not.EqualTo("mine"));
    }

    [Test]
    public void Explain_WideColumns_AreFetchedForTheChosenRows()
    {
        using SignalStore store = Open();
        Append(store, 0, Events);
        store.Definitions.Register(Definition(oldestFirst: false, types: 2));
        ReadTrace trace = new();
        using ServedSequence answer = store.Read(User, "late", new ReadOptions { Trace = trace });
        Assert.That(trace.Stages.Single(stage => stage.Name == "fetch wide").RowsOut, Is.EqualTo(Size));
    }

    private static SequenceDefinition Definition(bool oldestFirst, int types)
    {
        SequenceDefinitionBuilder builder = SequenceDefinition.Create("late").OwnedBy("tests").From("a", a => a.Last(30));
        builder = types == 1 ? builder : builder.From("b", b => b.Last(30));
        builder = oldestFirst ? builder.OldestFirst() : builder;
        return builder.Where(Predicate.OnColumn("n").NotEqualTo(2)).Size(Size).Columns("n", "note", "v")
            .Tensors(t => t.Output("v", TensorType.Int8, v => v.Column("v"))).Build();
    }

    private static void AssertRows(ServedSequence answer)
    {
        ReadOnlySpan<int> numbers = answer.Field<int>("n");
        ReadOnlySpan<sbyte> vectors = answer.Vector<sbyte>("v");
        for (int row = 0; row < answer.Count; row++)
        {
            int i = (int)(answer.Times[row] - TestStores.Start);
            bool isOfA = answer.EventTypes[row] == Schema["a"].Id;
            Assert.That(numbers[row], Is.EqualTo(i % 5));
            Assert.That(answer.States("v")[row], Is.EqualTo(isOfA ? ColumnState.Value : ColumnState.Absent), $"event {i}");
            Assert.That(answer.States("note")[row], Is.EqualTo(i % 3 == 0 ? ColumnState.Null : ColumnState.Value), $"event {i}");
            Assert.That(Encoding.UTF8.GetString(answer.Bytes("note", row)), Is.EqualTo(i % 3 == 0 ? "" : $"note {i}"));
            Assert.That(
                vectors.Slice(row * Dimensions, Dimensions).ToArray(),
                Is.EqualTo(isOfA ? Vector(i, i >= 30) : new sbyte[Dimensions]), $"event {i}");
        }
    }

    private static sbyte[] Vector(int i, bool patched) =>
        [.. Enumerable.Range(0, Dimensions).Select(d => (sbyte)((patched ? -1 : 1) * (1 + ((i * 7 + d * 13) % 101))))];

    /// <summary>Of both types, a millisecond apart; every tenth of them twice if asked for.</summary>
    private static void Append(SignalStore store, int first, int end, bool twice = false)
    {
        foreach (string type in (string[])["a", "b"])
        {
            EventBatch batch = store.CreateBatch(type);
            for (int i = first; i < end; i++)
            {
                for (int copy = 0; copy < (twice && i % 10 == 0 ? 2 : 1); copy++)
                {
                    EventRow row = batch.Add(User, TestStores.Start + i, (ulong)i).Set("n", i % 5);
                    row = i % 3 == 0 ? row.SetNull("note") : row.Set("note", $"note {i}");
                    if (type == "a")
                    {
                        row.SetVector<sbyte>("v", Vector(i, patched: false));
                    }
                }
            }

            store.Append(batch);
            store.Engine.RunPending();
        }
    }

    private void Patch(SignalStore store, int first)
    {
        using (SegmentWriter writer = SegmentWriter.Create(
            _files, Segment, Schema["a"], new SegmentOptions { Generation = 2, Source = "test" }))
        {
            for (int i = first; i < Events; i++)
            {
                writer.Correct(User, TestStores.Start + i, (ulong)i).SetVector<sbyte>("v", Vector(i, patched: true));
            }

            writer.Finish();
        }

        store.ImportAsync(Segment).GetAwaiter().GetResult();
    }

    /// <summary>What one read finds in a memtable after another read beside it has failed and the memtable was flushed.</summary>
    private string[] NotesReadBesideAFailure()
    {
        using (SignalStore store = Open())
        {
            Append(store, 0, Events);
            store.CompactAsync().GetAwaiter().GetResult();
        }

        // No merge may come across the spoiled tables: the store would take no more events.
        using SignalStore reopened = TestStores.Open(
            _files, Schema, _time, TestStores.Tiny with { Compaction = new CompactionOptions { MinRuns = 100, MaxRuns = 100 } });
        SpoilTables();
        UserId fresh = UserId.From(2UL);
        AppendNotes(reopened, fresh, "mine");
        SequenceQuery query = new SequenceQueryBuilder(reopened.Schema, ["a"]).Columns("n", "note").Early(1).Build();
        StoreFetcher failing = new(reopened.Engine.Reader, query);
        StoreFetcher other = new(reopened.Engine.Reader, query);
        try
        {
            Assert.That(() => failing.Fetch([User], [long.MinValue], [Size]), Throws.TypeOf<CorruptionException>());
            IFetchedRows rows = other.Fetch([fresh], [long.MinValue], [Size]);
            failing.Release();
            for (int flush = 0; flush < 4; flush++)
            {
                // Were the memtable given back while the other read looks at it, these notes would lie where its own were.
                reopened.FlushAsync().GetAwaiter().GetResult();
                AppendNotes(reopened, UserId.From(3UL), "else");
            }

            other.Complete([0, 1, 2]);
            return [.. Enumerable.Range(0, 3).Select(row => Encoding.UTF8.GetString(rows.Column(1).GetValue(row)))];
        }
        finally
        {
            failing.Release();
            other.Release();
        }
    }

    private static void AppendNotes(SignalStore store, UserId user, string note)
    {
        EventBatch batch = store.CreateBatch("a");
        for (int i = 0; i < Size; i++)
        {
            batch.Add(user, TestStores.Start + i, (ulong)i).Set("n", i).Set("note", note);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    /// <summary>Overwrites the blocks of all tables; what of them is in memory stays as it is.</summary>
    private void SpoilTables()
    {
        foreach (string name in _files.ListFiles(TestStores.Folder).Where(file => file.EndsWith(".tbl", StringComparison.Ordinal)))
        {
            using IFile file = _files.Open(Path.Combine(TestStores.Folder, name), FileOpenMode.ReadWrite);
            file.Write(64, new byte[file.Length / 2]);
        }
    }

    private void Damage(byte[] pattern)
    {
        string name = _files.ListFiles(TestStores.Folder)
            .Single(file => file.EndsWith(".tbl", StringComparison.Ordinal) && Find(file, pattern) >= 0);
        using IFile file = _files.Open(Path.Combine(TestStores.Folder, name), FileOpenMode.ReadWrite);
        file.Write(Find(name, pattern), [(byte)(pattern[0] ^ 1)]);
    }

    private int Find(string name, byte[] pattern)
    {
        using IFile file = _files.Open(Path.Combine(TestStores.Folder, name), FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes.AsSpan().IndexOf(pattern);
    }

    private SignalStore Open() => TestStores.Open(_files, Schema, _time);
}
