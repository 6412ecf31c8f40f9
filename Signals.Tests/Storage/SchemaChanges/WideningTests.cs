using Signals.Maintenance;
using Signals.Offline;
using Signals.Scanning;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>
/// Number columns that are declared wider: whatever was written before, wherever it lies, is read as the wide type with equal values, and
/// what is written from then on has the wide type.
/// </summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class WideningTests
{
    private const int Dimensions = 20; // of sbyte a narrow column, of float a wide one
    private const int Events = 60;
    private static readonly UserId User = UserId.From(1UL);

    private readonly SimFileSystem _files = ImportStore.NewFiles(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);
    private int _generation;

    private static StoreSchema[] Steps { get; } =
    [
        Define(t => t.Field<short>("n").Field<Half>("f").Vector<sbyte>("v", Dimensions).Enrichment<sbyte>("e").Text("t")),
        Define(t => t.Field<int>("n").Field<float>("f").Vector<Half>("v", Dimensions).Enrichment<short>("e").Text("t")),
        Define(t => t.Field<double>("n").Field<double>("f").Vector<float>("v", Dimensions).Enrichment<long>("e").Text("t")),
    ];

    [Test]
    public void Open_Wider_ReadsTablesLogsAndPatchesOfEachTime(
        [Values] bool flush, [Values] bool compactBefore, [Values] bool compact, [Values] bool crash)
    {
        for (int step = 0; step < Steps.Length; step++)
        {
            SignalStore store = Open(step);
            AssertAll(store, step, step * Events, "before");
            Append(store, step);
            if (flush)
            {
                Run(store, store.FlushAsync());
            }

            Correct(store, step, step, step + 2);
            if (compactBefore)
            {
                Run(store, store.CompactAsync());
            }

            AssertAll(store, step, (step + 1) * Events, "after");
            store.Engine.Close(abandon: crash);
        }

        using SignalStore last = Open(2);
        if (compact)
        {
            Run(last, last.CompactAsync());
        }

        AssertAll(last, 2, 3 * Events, "at the end");
        Assert.That(last.Verify().Problems, Is.Empty);
        AssertScan(last, 3 * Events);
    }

    [Test]
    public void Fold_PatchOfTheOldTypeIntoATableOfTheNew_AndTheOtherWayRound([Values] bool oldTable)
    {
        using (SignalStore store = Open(0))
        {
            Append(store, 0);
            Run(store, store.FlushAsync());
            if (!oldTable)
            {
                Correct(store, 0, 0, 2);
            }
        }

        using (SignalStore store = Open(1))
        {
            if (oldTable)
            {
                Correct(store, 0, 0, 2);
            }

            Append(store, 1);
            Run(store, store.FlushAsync());
            Correct(store, 1, 1, 5);
            AssertAll(store, 1, 2 * Events, "patches");
            Run(store, store.CompactAsync());
            AssertAll(store, 1, 2 * Events, "folded");
        }

        using SignalStore again = Open(2);
        AssertAll(again, 2, 2 * Events, "wider again");
        Run(again, again.CompactAsync());
        AssertAll(again, 2, 2 * Events, "merged");
    }

    [Test]
    public void Open_NarrowerOrOther_IsRefusedBeforeAnythingIsWritten()
    {
        using (SignalStore store = Open(0))
        {
            Append(store, 0);
        }

        using (SignalStore store = Open(1))
        {
            Append(store, 1);
        }

        string before = Bytes();
        Assert.That(
            () => Open(0),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.n'").And.Message.Contains("field Int32")
                .And.Message.Contains("field Int16").And.Message.Contains("never becomes narrower"));
        Assert.That(
            () => TestStores.Open(_files, Define(t => t.Field<float>("n")), _time),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("Int32 to Int64 or Float64"));
        Assert.That(Bytes(), Is.EqualTo(before));
        using SignalStore same = Open(1);
        AssertAll(same, 1, 2 * Events, "after the refusals");
    }

    [Test]
    public void Import_SegmentOfEachTypeThatTheColumnHad_IsTaken()
    {
        Open(0).Dispose();
        Open(1).Dispose();
        using SignalStore store = Open(2);
        Append(store, 2, from: 0);
        for (int step = 0; step < Steps.Length; step++)
        {
            Correct(store, step, 10 + step, 11 + step);
        }

        using Sequence found = store.Read(User, store.Query("view").Last(Events).Columns("e").Build());
        for (int i = 10; i < 13; i++)
        {
            Assert.That(found.Field<long>("e")[Events - 1 - i], Is.EqualTo(Enriched(i)));
        }

        StoreSchema other = Define(t => t.Enrichment<byte>("e")); // exactly as wide, but never a type of the column
        Assert.That(
            () => Correct(store, other["view"], 3, 4, (row, _) => row.Set("e", (byte)1)),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("'view.e'").And.Message.Contains("Int64")
                .And.Message.Contains("UInt8").And.Message.Contains("since it was Int8"));
    }

    [Test]
    public void Import_SegmentOfAWiderType_IsRefused()
    {
        using SignalStore store = Open(0);
        Assert.That(
            () => Correct(store, 1, 0, 1),
            Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("Int16").And.Message.Contains("Int8"));
    }

    [Test]
    public void Compact_AfterTheWidening_WritesTheNewType()
    {
        using (SignalStore store = Open(0))
        {
            Append(store, 0);
            Run(store, store.FlushAsync());
            Append(store, 0, from: Events);
            Run(store, store.FlushAsync());
        }

        using SignalStore wide = Open(2);
        Assert.That(StoredTypes(wide), Is.All.StartsWith("Int16 Float16 VectorInt8[20]"));
        Append(wide, 2, from: 2 * Events);
        Run(wide, wide.FlushAsync());
        Run(wide, wide.CompactAsync());
        Assert.That(StoredTypes(wide), Is.All.StartsWith("Float64 Float64 VectorFloat32[20]"));
    }

    [Test]
    public void Open_WithTheSchemaOfTheStore_ReadsAndLeavesIt()
    {
        using (SignalStore store = Open(0))
        {
            Append(store, 0);
            Run(store, store.FlushAsync());
        }

        Open(1).Dispose();
        StoreSchema kept = Manifest.Read(new StoreFolder(_files, TestStores.Folder)).ReadSchema();
        using (SignalStore tool = TestStores.Open(_files, kept, _time))
        {
            AssertAll(tool, 1, Events, "by a tool");
        }

        Assert.That(kept["view"].Columns.Select(column => column.FirstType.ToString()), Is.EqualTo(Types(0)));
        Assert.That(kept["view"].Columns.Select(column => column.Type.ToString()), Is.EqualTo(Types(1)));
    }

    [Test]
    public void EraseFromCheckpoint_WidenedStoreWithRecordsOfBothTypes_KeepsTheOthers()
    {
        using (SignalStore store = Open(0))
        {
            Append(store, 0);
        }

        SignalStore wide = Open(1);
        Append(wide, 1);
        wide.Engine.Close(abandon: true);
        CheckpointErasureCertificate certificate = SignalStore.EraseFromCheckpointAsync(
            _files, TestStores.Folder, [new UserErasure(UserId.From(2UL))], TestStores.Tiny, _time).GetAwaiter().GetResult();
        Assert.That(certificate.IsComplete);
        using SignalStore again = Open(1);
        AssertAll(again, 1, 2 * Events, "after the erasure");
    }

    [Test]
    public void Column_HandleOfADeclaration_FillsTheWidenedColumn()
    {
        Open(0).Dispose();
        using SignalStore store = Open(1);
        Column<int> handle = Steps[1]["view"].Column<int>("n");
        EventBatch batch = store.CreateBatch("view");
        batch.Add(User, TestStores.Start, 1).Set(handle, 70_000);
        store.Append(batch);
        EventBatch own = new(Steps[1]["view"]);
        own.Add(User, TestStores.Start + 1, 2).Set(handle, 70_001);
        store.Append(own);
        store.Engine.Close(abandon: true);
        using SignalStore again = Open(2);
        using Sequence found = again.Read(User, again.Query("view").Columns("n").Build());
        Assert.That(found.Field<double>("n").ToArray(), Is.EqualTo([70_001.0, 70_000.0]));
    }

    private static StoreSchema Define(Action<EventTypeBuilder> define) => StoreSchema.Define(s => s.EventType("view", type =>
    {
        define(type);
        type.Window(TimeSpan.FromDays(1));
    }));

    private static IEnumerable<string> Types(int step) => Steps[step]["view"].Columns.Select(column => column.Type.ToString());

    // Each step has values that only its types hold; every third is absent, every fifth null.
    private static int Step(int number) => Math.Min(number / Events, 2);

    private static double Number(int number) => Step(number) switch
    {
        0 => -30_000 + number,
        1 => 2_000_000_000 + number,
        _ => 1e300 + number + 0.5,
    };

    private static double Float(int number) => Step(number) switch { 0 => number + 0.5, 1 => 1.1f * number, _ => 1.1 * number };

    private static double Component(int number, int i) => Step(number) == 0 ? (number - i) % 128 : (number + i) / 4.0;

    private static long Enriched(int number) => number - 60;

    private static ColumnState StateOf(int number) =>
        number % 3 == 0 ? ColumnState.Absent : number % 5 == 0 ? ColumnState.Null : ColumnState.Value;

    private void Append(SignalStore store, int step, int? from = null)
    {
        EventBatch batch = store.CreateBatch("view");
        int first = from ?? step * Events;
        for (int number = first; number < first + Events; number++)
        {
            EventRow row = batch.Add(User, TestStores.Start + number, (ulong)number).Set("t", $"t{number}");
            if (StateOf(number) == ColumnState.Null)
            {
                row.SetNull("n").SetNull("f").SetNull("v");
            }
            else if (StateOf(number) == ColumnState.Value)
            {
                Set(row, store.Schema["view"], number);
            }
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    private static void Set(EventRow row, EventTypeSchema type, int number)
    {
        _ = type.Columns[0].Type.Kind switch
        {
            ColumnKind.Int16 => row.Set("n", (short)Number(number)),
            ColumnKind.Int32 => row.Set("n", (int)Number(number)),
            _ => row.Set("n", Number(number)),
        };
        _ = type.Columns[1].Type.Kind switch
        {
            ColumnKind.Float16 => row.Set("f", (Half)Float(number)),
            ColumnKind.Float32 => row.Set("f", (float)Float(number)),
            _ => row.Set("f", Float(number)),
        };
        IEnumerable<double> components = Enumerable.Range(0, Dimensions).Select(i => Component(number, i));
        _ = type.Columns[2].Type.Kind switch
        {
            ColumnKind.VectorInt8 => row.SetVector<sbyte>("v", [.. components.Select(value => (sbyte)value)]),
            ColumnKind.VectorFloat16 => row.SetVector<Half>("v", [.. components.Select(value => (Half)value)]),
            _ => row.SetVector<float>("v", [.. components.Select(value => (float)value)]),
        };
    }

    // Gives events that number among the corrected ones their enrichment.
    private void Correct(SignalStore store, int step, int from, int to) =>
        Correct(store, Steps[step]["view"], from, to, (row, number) => _ = step switch
        {
            0 => row.Set("e", (sbyte)Enriched(number)),
            1 => row.Set("e", (short)Enriched(number)),
            _ => row.Set("e", Enriched(number)),
        });

    private void Correct(SignalStore store, EventTypeSchema type, int from, int to, Action<EventRow, int> set)
    {
        SegmentOptions options = new() { Generation = ++_generation };
        using (SegmentWriter writer = SegmentWriter.Create(_files, ImportStore.Segment, type, options))
        {
            for (int number = from; number < to; number++)
            {
                set(writer.Correct(User, TestStores.Start + number, (ulong)number), number);
            }

            writer.Finish();
        }

        try
        {
            Run(store, store.ImportAsync(ImportStore.Segment));
        }
        finally
        {
            _files.Delete(ImportStore.Segment);
        }
    }

    private static void AssertAll(SignalStore store, int step, int count, string when)
    {
        using Sequence found = store.Read(User, store.Query("view").Last(1000).Columns("n", "f", "v", "e", "t").Build());
        Assert.That(found.Ids.ToArray(), Is.EqualTo(Enumerable.Range(0, count).Reverse().Select(i => (ulong)i)), when);
        for (int row = 0; row < count; row++)
        {
            int number = count - 1 - row;
            string place = $"{when}: step {step}, event {number}";
            ColumnState[] states = [found.States("n")[row], found.States("f")[row], found.States("v")[row]];
            Assert.That(states, Is.All.EqualTo(StateOf(number)), place);
            Assert.That(found.Text("t", row), Is.EqualTo($"t{number}"), place);
            bool isValue = StateOf(number) == ColumnState.Value;
            (double n, double f) = step switch
            {
                0 => (found.Field<short>("n")[row], (double)found.Field<Half>("f")[row]),
                1 => (found.Field<int>("n")[row], found.Field<float>("f")[row]),
                _ => (found.Field<double>("n")[row], found.Field<double>("f")[row]),
            };
            Assert.That((n, f), Is.EqualTo(isValue ? (Number(number), Float(number)) : (0, 0)), place);
            double[] vector = step switch
            {
                0 => [.. found.Vector<sbyte>("v").Slice(row * Dimensions, Dimensions).ToArray().Select(value => (double)value)],
                1 => [.. found.Vector<Half>("v").Slice(row * Dimensions, Dimensions).ToArray().Select(value => (double)value)],
                _ => [.. found.Vector<float>("v").Slice(row * Dimensions, Dimensions).ToArray().Select(value => (double)value)],
            };
            Assert.That(vector, Is.EqualTo(Enumerable.Range(0, Dimensions).Select(i => isValue ? Component(number, i) : 0)), place);
        }
    }

    private static void AssertScan(SignalStore store, int count)
    {
        List<double> numbers = [];
        using EventScan scan = store.Scan("view", new ScanOptions { Columns = ["n"] });
        while (scan.TryNext(out ScanBatch batch))
        {
            numbers.AddRange(batch.Field<double>(0));
        }

        Assert.That(numbers.Order(), Is.EqualTo(
            Enumerable.Range(0, count).Select(i => StateOf(i) == ColumnState.Value ? Number(i) : 0).Order()));
    }

    private static List<string> StoredTypes(SignalStore store) =>
    [
        .. store.Engine.Tables.Tables.ToArray().Select(table => string.Join(
            ' ', Enumerable.Range(0, table.Layout.Columns).Select(column => table.Layout.StoredTypeOf(column + 2)))),
    ];

    private string Bytes() => string.Join(
        '\n', _files.ListFiles(TestStores.Folder).Order(StringComparer.Ordinal)
            .Select(name => $"{name} {Convert.ToHexString(ImageOf($"{TestStores.Folder}/{name}"))}"));

    private byte[] ImageOf(string path)
    {
        using IFile file = _files.Open(path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        Assert.That(file.Read(0, bytes), Is.EqualTo(bytes.Length));
        return bytes;
    }

    private static void Run(SignalStore store, Task work)
    {
        store.Engine.RunPending();
        work.GetAwaiter().GetResult();
    }

    private SignalStore Open(int step) => TestStores.Open(_files, Steps[step], _time);
}
