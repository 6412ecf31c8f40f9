using Signals.Offline;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Reads;

/// <summary>
/// Events of one user in many sources at once, inserted, retracted and inserted again in runs and one by one: what a read takes of them is
/// what a dictionary of all of them gives, wherever it starts and ends.
/// </summary>
[Category("Fast")]
internal sealed class LiveRowsTests
{
    private const int Events = 1_500;
    private const int KeepLast = 400;

    private static readonly UserId User = UserId.From(1UL);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("all", t => t.Field<int>("n").Text("note")).EventType("newest", t => t.Field<int>("n").Text("note").KeepLast(KeepLast)));

    private readonly long[] _inserted = new long[Events];
    private readonly long[] _retracted = new long[Events];
    private SimFileSystem _files = null!;
    private Random _random = null!;
    private string _type = "";

    [Test]
    public void Read_EventsInManySources_AreThoseThatAreThere([Values("all", "newest")] string type, [Range(1, 6)] int seed)
    {
        _files = ImportStore.NewFiles(record: false);
        _random = new Random(seed);
        _type = type;
        Array.Clear(_inserted);
        Array.Clear(_retracted);
        using SignalStore store = Open();
        Append(store, i => i < 900 || _random.Next(2) == 0);
        store.FlushAsync().GetAwaiter().GetResult();
        Append(store, i => i % 3 == 0);
        store.FlushAsync().GetAwaiter().GetResult();
        Import(store, generation: 2, insert: NoEvent, retract: Runs());
        CheckSome(store);
        Import(store, generation: 3, insert: Runs(), retract: i => i % 7 == seed);
        Import(store, generation: 4, insert: NoEvent, retract: Runs());
        Append(store, Runs());
        CheckSome(store);
        store.CompactAsync().GetAwaiter().GetResult();
        CheckSome(store);
        Append(store, i => i % 50 == 0);
        CheckSome(store);
    }

    private static bool NoEvent(int i) => false;

    /// <summary>Some stretches of events, short and long.</summary>
    private Func<int, bool> Runs()
    {
        bool[] chosen = new bool[Events];
        for (int run = 0; run < 4; run++)
        {
            int first = _random.Next(Events);
            chosen.AsSpan(first, _random.Next(Math.Min(600, Events - first))).Fill(true);
        }

        return i => chosen[i];
    }

    private void CheckSome(SignalStore store)
    {
        Check(store, 0, long.MaxValue, int.MaxValue);
        for (int i = 0; i < 12; i++)
        {
            int from = _random.Next(Events / 2);
            Check(store, from, _random.Next(3) == 0 ? long.MaxValue : from + _random.Next(1, Events / 2), 1 << _random.Next(11));
        }
    }

    private void Check(SignalStore store, int from, long to, int last)
    {
        int kept = _type == "newest" ? KeepLast : int.MaxValue;
        int[] expected = [.. Enumerable.Range(0, Events).Where(i => _inserted[i] > 0)
            .OrderByDescending(i => i / 2).ThenBy(i => i % 2).Take(kept)
            .Where(i => _inserted[i] > _retracted[i] && i / 2 >= from && i / 2 < to).Take(last)];
        long end = to == long.MaxValue ? to : TestStores.Start + to;
        SequenceQuery query = store.Query(_type).Between(TestStores.Start + from, end).Last(last).Columns("n", "note").Build();
        using Sequence answer = store.Read(User, query);
        string what = $"from {from} to {to}, last {last}";
        Assert.That(answer.Times.ToArray(), Is.EqualTo(expected.Select(i => TestStores.Start + (i / 2))), what);
        Assert.That(answer.Ids.ToArray(), Is.EqualTo(expected.Select(i => (ulong)(i % 2))), what);
        Assert.That(answer.Field<int>("n").ToArray(), Is.EqualTo(expected), what);
        for (int row = 0; row < expected.Length; row++)
        {
            Assert.That(answer.Text("note", row), Is.EqualTo($"note {expected[row]}"));
        }
    }

    private void Append(SignalStore store, Func<int, bool> which)
    {
        int[] order = [.. Enumerable.Range(0, Events).Where(which)];
        _random.Shuffle(order.AsSpan(order.Length / 2));
        EventBatch batch = store.CreateBatch(_type);
        foreach (int i in order)
        {
            _inserted[i] = Math.Max(_inserted[i], 1);
            batch.Add(User, TestStores.Start + (i / 2), (ulong)(i % 2)).Set("n", i).Set("note", $"note {i}");
            if (batch.Count == 100 || i == order[^1])
            {
                store.Append(batch);
                store.Engine.RunPending();
                batch.Clear();
            }
        }
    }

    private void Import(SignalStore store, int generation, Func<int, bool> insert, Func<int, bool> retract)
    {
        string path = $"/offline/{generation}.seg";
        using (SegmentWriter writer = SegmentWriter.Create(
            _files, path, Schema[_type], new SegmentOptions { Generation = generation, Source = "test" }))
        {
            for (int i = 0; i < Events; i++)
            {
                if (insert(i))
                {
                    writer.Insert(User, TestStores.Start + (i / 2), (ulong)(i % 2)).Set("n", i).Set("note", $"note {i}");
                    _inserted[i] = generation;
                }
                else if (retract(i))
                {
                    writer.Retract(User, TestStores.Start + (i / 2), (ulong)(i % 2));
                    _retracted[i] = generation;
                }
            }

            writer.Finish();
        }

        store.ImportAsync(path).GetAwaiter().GetResult();
    }

    private SignalStore Open() => TestStores.Open(_files, Schema, new ManualTime(TestStores.Start + 1_000_000), TestStores.Tiny with
    {
        MemTableBytes = 8 << 20,
        LogBytes = 8 << 20,
        BlockCacheBytes = 8 << 20,
        Tables = new TableOptions { BlockBytes = 4 << 10, MinBlockRows = 4 },
    });
}
