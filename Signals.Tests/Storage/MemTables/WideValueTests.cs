using Signals.Storage.Engine.Context;
using Signals.Storage.MemTables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.MemTables;

/// <summary>Wide columns take room in a memtable once they have values, and give them back however rarely rows have one.</summary>
[Category("Fast")]
internal sealed class WideValueTests
{
    private const int Narrow = 64;
    private const int Odd = 77;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("e", t => t
            .Field<int>("n").Vector<sbyte>("v", Narrow).Text("text").Vector<sbyte>("w", Odd).Vector<sbyte>("never", 200)));

    private readonly Dictionary<(UserId User, long Time, ulong Id), Vectors> _model = [];

    [SetUp]
    public void SetUp() => _model.Clear();

    [Test]
    public void Append_RowsWithoutAValueOfTheWidestColumn_TakeNoRoomForIt()
    {
        EventTypeSchema before = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")))["e"];
        EventTypeSchema wide = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Vector<float>("v", 16_384)))["e"];
        using MemArenaPool pool = new(4 << 20, keep: 1, TimeProvider.System);
        using MemTable table = new(pool, [new ChunkLayout(wide)]);
        EventBatch batch = new(before);
        for (int i = 0; i < 16_385; i++)
        {
            batch.Add(UserId.From(1 + ((ulong)i % 100)), i, 1).Set("n", i);
        }

        Assert.That(MemTableRows.Append(table, batch, wide), Is.EqualTo(16_385));
        EventBatch one = new(wide);
        one.Add(UserId.From(1), 20_000, 1).SetVector<float>("v", new float[16_384]);
        Assert.That(MemTableRows.Append(table, one), Is.EqualTo(1), "there is room for a value");
    }

    [TestCase(3, 16 << 10)]
    [TestCase(40, 64 << 10)]
    public async Task Read_RowsOfWhichSomeHaveWideValues_GivesEachItsOwn(int users, int memTableBytes)
    {
        SimFileSystem files = new(record: false);
        ManualTime time = new(TestStores.Start);
        EngineOptions options = TestStores.Tiny with { MemTableBytes = memTableBytes, RingBytes = 64 << 10, MaxBatchBytes = 6 << 10 };
        using (SignalStore store = TestStores.Open(files, Schema, time, options))
        {
            SimRandom random = new(7);
            for (int round = 0; round < 120; round++)
            {
                Append(store, ref random, users, share: (round % 4) switch { 0 => 0, 1 => 2, 2 => 9, _ => 1 });
                if (round % 10 == 0)
                {
                    Check(store);
                }
            }

            Check(store);
            await store.FlushAsync();
            Check(store);
        }

        using SignalStore again = TestStores.Open(files, Schema, time, options);
        await again.CompactAsync();
        Check(again);
    }

    /// <summary>Rows of which one in so many has a wide value; 0: none.</summary>
    private void Append(SignalStore store, ref SimRandom random, int users, int share)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int i = 0; i < 20; i++)
        {
            UserId user = UserId.From(1 + (ulong)random.Below(users));
            long time = TestStores.Start - random.Below(500);
            ulong id = (ulong)random.Below(2);
            sbyte? v = share > 0 && random.Below(share) == 0 ? (sbyte)random.Below(100) : null;
            sbyte? w = share > 0 && random.Below(share) == 0 ? (sbyte)random.Below(100) : null;
            EventRow row = batch.Add(user, time, id).Set("n", 1).Set("text", "text");
            row = v is sbyte some ? row.SetVector<sbyte>("v", Vector(some, Narrow)) : row;
            row = w is sbyte other ? row.SetVector<sbyte>("w", Vector(other, Odd)) : random.Coin() ? row.SetNull("w") : row;
            Vectors held = _model.GetValueOrDefault((user, time, id));
            _model[(user, time, id)] = new Vectors(Greater(held.V, v), Greater(held.W, w));
        }

        Assert.That(store.TryAppend(batch, out _));
        store.Engine.RunPending();
    }

    private void Check(SignalStore store)
    {
        int seen = 0;
        SequenceQuery query = store.Query("e").Build();
        foreach (UserId user in _model.Keys.Select(key => key.User).Distinct())
        {
            using Sequence sequence = store.Read(user, query);
            for (int row = 0; row < sequence.Count; row++, seen++)
            {
                Vectors expected = _model[(user, sequence.Times[row], sequence.Ids[row])];
                RequireVector(expected.V, sequence.States("v")[row], sequence.Vector<sbyte>("v").Slice(row * Narrow, Narrow));
                RequireVector(expected.W, sequence.States("w")[row], sequence.Vector<sbyte>("w").Slice(row * Odd, Odd));
                Assert.That(sequence.States("never")[row], Is.EqualTo(ColumnState.Absent));
                Assert.That(sequence.Vector<sbyte>("never").Slice(row * 200, 200).ContainsAnyExcept((sbyte)0), Is.False);
            }
        }

        Assert.That(seen, Is.EqualTo(_model.Count));
    }

    private static void RequireVector(sbyte? expected, ColumnState state, ReadOnlySpan<sbyte> found)
    {
        Assert.That(state == ColumnState.Value, Is.EqualTo(expected is not null));
        Assert.That(found.ContainsAnyExcept(expected ?? 0), Is.False, "a value of another row, or of none");
    }

    private static sbyte[] Vector(sbyte value, int dimensions) => [.. Enumerable.Repeat(value, dimensions)];

    private static sbyte? Greater(sbyte? a, sbyte? b) => a is null || b > a ? b : a;

    private readonly record struct Vectors(sbyte? V, sbyte? W);
}
