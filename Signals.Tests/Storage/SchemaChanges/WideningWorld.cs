using Signals.Offline;
using Signals.Scanning;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>One small store whose number columns become wider twice, and what its events must have. Threads: one.</summary>
internal sealed class WideningWorld
{
    public const int Events = 60;
    private const int Dimensions = 20; // of sbyte a narrow column, of float a wide one

    public static readonly UserId User = UserId.From(1UL);

    private readonly HashSet<int> _corrected = [];
    private int _generation;

    public SimFileSystem Files { get; } = ImportStore.NewFiles(record: false);

    public ManualTime Time { get; } = new(TestStores.Start + 3_600_000);

    public static StoreSchema[] Steps { get; } =
    [
        Define(t => t.Field<short>("n").Field<Half>("f").Vector<sbyte>("v", Dimensions).Enrichment<sbyte>("e").Text("t")),
        Define(t => t.Field<int>("n").Field<float>("f").Vector<Half>("v", Dimensions).Enrichment<short>("e").Text("t")),
        Define(t => t.Field<double>("n").Field<double>("f").Vector<float>("v", Dimensions).Enrichment<long>("e").Text("t")),
    ];

    public static StoreSchema Define(Action<EventTypeBuilder> define) => StoreSchema.Define(s => s.EventType("view", type =>
    {
        define(type);
        type.Window(TimeSpan.FromDays(1));
    }));

    public static IEnumerable<string> Types(int step) => Steps[step]["view"].Columns.Select(column => column.Type.ToString());

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

    public static long Enriched(int number) => number - 60;

    private static ColumnState StateOf(int number) =>
        number % 3 == 0 ? ColumnState.Absent : number % 5 == 0 ? ColumnState.Null : ColumnState.Value;

    public static void Append(SignalStore store, int step, int? from = null)
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
    public void Correct(SignalStore store, int step, int from, int to) =>
        Correct(store, Steps[step]["view"], from, to, (row, number) => _ = step switch
        {
            0 => row.Set("e", (sbyte)Enriched(number)),
            1 => row.Set("e", (short)Enriched(number)),
            _ => row.Set("e", Enriched(number)),
        });

    public void Correct(SignalStore store, EventTypeSchema type, int from, int to, Action<EventRow, int> set)
    {
        SegmentOptions options = new() { Generation = ++_generation };
        using (SegmentWriter writer = SegmentWriter.Create(Files, ImportStore.Segment, type, options))
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
            _corrected.UnionWith(Enumerable.Range(from, to - from));
        }
        finally
        {
            Files.Delete(ImportStore.Segment);
        }
    }

    /// <summary>Fails unless the store, which has the types of a step, has the first events with all their values.</summary>
    public void AssertAll(SignalStore store, int step, int count, string when)
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
            double enriched = step switch
            {
                0 => found.Field<sbyte>("e")[row],
                1 => found.Field<short>("e")[row],
                _ => found.Field<long>("e")[row],
            };
            Assert.That(found.States("e")[row] == ColumnState.Value, Is.EqualTo(_corrected.Contains(number)), place);
            Assert.That(enriched, Is.EqualTo(_corrected.Contains(number) ? Enriched(number) : 0), place);
            double[] vector = step switch
            {
                0 => [.. found.Vector<sbyte>("v").Slice(row * Dimensions, Dimensions).ToArray().Select(value => (double)value)],
                1 => [.. found.Vector<Half>("v").Slice(row * Dimensions, Dimensions).ToArray().Select(value => (double)value)],
                _ => [.. found.Vector<float>("v").Slice(row * Dimensions, Dimensions).ToArray().Select(value => (double)value)],
            };
            Assert.That(vector, Is.EqualTo(Enumerable.Range(0, Dimensions).Select(i => isValue ? Component(number, i) : 0)), place);
        }
    }

    public static void AssertScan(SignalStore store, int count)
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

    public static List<string> StoredTypes(SignalStore store) =>
    [
        .. store.Engine.Tables.Tables.ToArray().Select(table => string.Join(
            ' ', Enumerable.Range(0, table.Layout.Columns).Select(column => table.Layout.StoredTypeOf(column + 2)))),
    ];

    public string Bytes() => string.Join(
        '\n', Files.ListFiles(TestStores.Folder).Order(StringComparer.Ordinal)
            .Select(name => $"{name} {Convert.ToHexString(ImageOf(Files, $"{TestStores.Folder}/{name}"))}"));

    public static byte[] ImageOf(SimFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        Assert.That(file.Read(0, bytes), Is.EqualTo(bytes.Length));
        return bytes;
    }

    public static void Run(SignalStore store, Task work)
    {
        store.Engine.RunPending();
        work.GetAwaiter().GetResult();
    }

    public SignalStore Open(int step) => TestStores.Open(Files, Steps[step], Time);
}
