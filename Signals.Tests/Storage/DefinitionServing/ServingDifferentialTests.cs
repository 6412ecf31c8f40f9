using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Signals.Core.Definitions;
using Signals.Core.Definitions.Tensors;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;
using Signals.Tests.Reliability;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>
/// Random definitions over random stores: raw answers and tensors equal, to the byte, what the reference makes of the whole
/// history.
/// </summary>
[Category("Scaled")]
internal sealed class ServingDifferentialTests
{
    private const int Definitions = 1000;
    private const int DefinitionsPerStore = 25;
    private const int DefinitionsPerPlacement = 150;
    private static readonly EnrichmentCatalog Catalog = new(new TripleEnricher(), new EvenFilter());

    [Test]
    public void Answers_RandomDefinitionsAndUsers_EqualTheReference()
    {
        Stopwatch clock = Stopwatch.StartNew();
        int pairs = 0;
        int rows = 0;
        int definitions = TestScale.Of(Definitions);
        for (int first = 0; first < definitions; first += DefinitionsPerStore)
        {
            using RandomStore store = new((ulong)first + 1);
            for (int i = first; i < first + DefinitionsPerStore; i++)
            {
                rows += Check(store, (ulong)i);
                pairs += RandomStore.Users;
            }
        }

        TestContext.Out.WriteLine($"{pairs} pairs of definition and user, {rows} rows in {clock.ElapsedMilliseconds} ms");
        Assert.That(pairs, Is.GreaterThanOrEqualTo(definitions * RandomStore.Users));
        Assert.That(rows, Is.GreaterThan(pairs), "the definitions choose next to nothing");
    }

    [Test]
    public void Answers_WhereverTheEnrichmentIsComputed_EqualTheReference([Values] StoredEvents stored)
    {
        PlacementChoice[] placements = stored == StoredEvents.All
            ? Enum.GetValues<PlacementChoice>()
            : [PlacementChoice.Automatic, PlacementChoice.Serving];
        int rows = 0;
        int definitions = TestScale.Of(DefinitionsPerPlacement);
        for (int first = 0; first < definitions; first += DefinitionsPerStore)
        {
            using RandomStore store = new((ulong)first + 1, stored);
            for (int i = first; i < first + DefinitionsPerStore; i++)
            {
                foreach (PlacementChoice placement in placements)
                {
                    rows += Check(store, (ulong)i, placement);
                }
            }

            if (stored is StoredEvents.Some or StoredEvents.All)
            {
                Assert.That(store.Store.GetEnrichmentStats().Enriched, Is.Positive, $"store {first}");
            }
        }

        Assert.That(rows, Is.GreaterThan(definitions));
    }

    private static int Check(RandomStore store, ulong seed, PlacementChoice? placement = null)
    {
        string what = $"store of definition {seed / DefinitionsPerStore * DefinitionsPerStore}, definition {seed}";
        SequenceDefinition definition = new RandomDefinition(seed, store).Make();
        definition = placement is { } chosen
            ? definition with { Enrichments = [new EnrichmentUse { Name = "triple", Placement = chosen }] }
            : definition;
        what += Environment.NewLine + definition;
        store.Store.Definitions.Remove(definition.Name);
        store.Store.Definitions.Register(definition, Catalog);

        NaiveSequence reference = new(definition, store.Time.NowMs);
        List<NaiveEvent>[] expected = [.. store.Visible.Select(reference.Choose)];
        for (int user = 0; user < expected.Length; user++)
        {
            CheckRaw(store, definition, (ulong)user + 1, expected[user], $"{what}{Environment.NewLine}user {user + 1}");
        }

        CheckTensors(store, definition, reference, expected, what);
        return expected.Sum(chosen => chosen.Count);
    }

    private static void CheckRaw(RandomStore store, SequenceDefinition definition, ulong user, List<NaiveEvent> expected, string what)
    {
        using ServedSequence answer = store.Store.Read(UserId.From(user), "random");
        ServingStatus status = store.Visible[user - 1].Any(row => definition.FromClauses.Any(clause => clause.EventType == row.Type))
            ? ServingStatus.Complete
            : ServingStatus.UnknownUser;
        Require(answer.Status == status, what, $"the status is {answer.Status} ({answer.Error})");
        ulong[] ids = [.. expected.Select(row => row.Id)];
        Require(answer.Ids.SequenceEqual(ids), what, $"ids {string.Join(',', answer.Ids.ToArray())} are not {string.Join(',', ids)}");
        Require(answer.Times.SequenceEqual(expected.Select(row => row.Time).ToArray()), what, "times");
        Require(answer.EventTypes.SequenceEqual(expected.Select(row => row.TypeId).ToArray()), what, "event types");
        foreach (OutputColumn column in definition.Columns)
        {
            ReadOnlySpan<ColumnState> states = answer.States(column.Name);
            for (int row = 0; row < expected.Count; row++)
            {
                NaiveCell cell = expected[row][column.Column];
                ColumnState state = column.Default is null ? cell.State : ColumnState.Value;
                Require(states[row] == state, what, $"{column.Name}[{row}] is {states[row]}, not {state}");
                if (cell.Has && RandomStore.TypeOf(column.Column).IsVariable)
                {
                    byte[] bytes = cell.Value as byte[] ?? Encoding.UTF8.GetBytes((string)cell.Value!);
                    Require(answer.Bytes(column.Name, row).SequenceEqual(bytes), what, $"{column.Name}[{row}]");
                }
            }
        }
    }

    private static void CheckTensors(
        RandomStore store, SequenceDefinition definition, NaiveSequence reference, List<NaiveEvent>[] expected, string what)
    {
        UserId[] users = [.. expected.Select((_, user) => UserId.From((ulong)user + 1))];
        TensorSection section = definition.Tensors!;
        TensorSet set = new();
        List<(TensorDefinition Tensor, Func<byte[]> Bytes, byte[] Expected)> checks = [];
        foreach (TensorDefinition tensor in section.Outputs)
        {
            byte[] bytes = Expected(section, definition.Size.Value, expected, chosen =>
                [.. chosen.Select((_, row) => reference.Tensor(tensor, chosen, row, RandomStore.TypeOf))]);
            checks.Add((tensor, Bind(set, tensor.Name, tensor.Type, bytes.Length), bytes));
        }

        if (section.Mask is { } mask)
        {
            byte[] bytes = Expected(section, definition.Size.Value, expected, chosen =>
                [.. chosen.Select(_ => NaiveNumber.Element(1L, mask.Type))]);
            checks.Add((new TensorDefinition { Name = mask.Name, Features = [] }, Bind(set, mask.Name, mask.Type, bytes.Length), bytes));
        }

        int[] offsets = new int[users.Length + 1];
        set.BindOffsets(offsets);
        store.Store.ReadTensors(users, "random", set);
        foreach ((TensorDefinition tensor, Func<byte[]> bytes, byte[] wanted) in checks)
        {
            int differs = bytes().AsSpan().CommonPrefixLength(wanted);
            Require(
                differs == wanted.Length, what,
                $"{tensor} differs at byte {differs} of {wanted.Length}:"
                    + $" {Around(bytes(), differs)} is not {Around(wanted, differs)}");
        }

        Require(set.Lengths.SequenceEqual(expected.Select(chosen => chosen.Count).ToArray()), what, "lengths");
        if (section.Layout == TensorLayout.Jagged)
        {
            Require(offsets[^1] == expected.Sum(chosen => chosen.Count) && offsets[1] == expected[0].Count, what, "offsets");
        }
    }

    /// <summary>The bytes of a whole tensor, padding included.</summary>
    private static byte[] Expected(TensorSection section, int size, List<NaiveEvent>[] users, Func<List<NaiveEvent>, byte[][]> rowsOf)
    {
        byte[][][] all = [.. users.Select(rowsOf)];
        int width = all.SelectMany(rows => rows).Select(row => row.Length).DefaultIfEmpty(0).First();
        List<byte> bytes = [];
        foreach (byte[][] rows in all)
        {
            byte[] padding = new byte[section.Layout == TensorLayout.Jagged ? 0 : (size - rows.Length) * width];
            byte[] values = [.. rows.SelectMany(row => row)];
            bytes.AddRange(section.Padding == PaddingSide.Left ? [.. padding, .. values] : [.. values, .. padding]);
        }

        return [.. bytes];
    }

    /// <summary>Binds memory full of other bytes.</summary>
    private static Func<byte[]> Bind(TensorSet set, string name, TensorType type, int bytes) => type switch
    {
        TensorType.Float32 => Bind<float>(set, name, bytes),
        TensorType.Float16 => Bind<Half>(set, name, bytes),
        TensorType.Float64 => Bind<double>(set, name, bytes),
        TensorType.Int8 => Bind<sbyte>(set, name, bytes),
        TensorType.UInt8 => Bind<byte>(set, name, bytes),
        TensorType.Int16 => Bind<short>(set, name, bytes),
        TensorType.Int32 => Bind<int>(set, name, bytes),
        TensorType.Int64 => Bind<long>(set, name, bytes),
        _ => Bind<bool>(set, name, bytes),
    };

    private static Func<byte[]> Bind<T>(TensorSet set, string name, int bytes)
        where T : unmanaged
    {
        // Without a single row the width is unknown here, so there is room for the widest.
        T[] memory = new T[bytes == 0 ? 100_000 : bytes / System.Runtime.CompilerServices.Unsafe.SizeOf<T>()];
        MemoryMarshal.AsBytes(memory.AsSpan()).Fill(0xCC);
        set.Bind<T>(name, memory);
        return () => MemoryMarshal.AsBytes(memory.AsSpan())[..bytes].ToArray();
    }

    private static string Around(byte[] bytes, int at) =>
        Convert.ToHexString(bytes.AsSpan(at / 8 * 8, Math.Min(16, bytes.Length - (at / 8 * 8))));

    private static void Require(bool holds, string what, string difference)
    {
        if (!holds)
        {
            Assert.Fail($"{difference}{Environment.NewLine}{what}");
        }
    }
}
