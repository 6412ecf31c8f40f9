using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Reads;

/// <summary>A read of several blocks that are not in memory asks the device for those that it needs before it waits for one.</summary>
[Category("Fast")]
internal sealed class ReadAheadTests
{
    private const long Day = 86_400_000;

    private static readonly UserId User = UserId.From(1UL);
    private static readonly StoreSchema Schema = StoreSchema.Define(s =>
    {
        foreach (string name in (string[])["a", "b", "one"])
        {
            s.EventType(name, t => t.Field<int>("n").Vector<float>("v", 64).Window(TimeSpan.FromDays(1)));
        }
    });

    private static readonly EngineOptions Options =
        TestStores.Tiny with { BlockCacheBytes = 1 << 20, MemTableBytes = 1 << 20, HeadCacheBytes = 0 };

    private SimFileSystem _files = null!;
    private ManualTime _time = null!;

    [SetUp]
    public void WriteTables()
    {
        _files = new SimFileSystem(record: false);
        _time = new ManualTime(TestStores.Start + (4 * Day));
        using SignalStore store = TestStores.Open(_files, Schema, _time, Options);
        foreach ((string name, int days) in ((string, int)[])[("a", 3), ("b", 3), ("one", 1)])
        {
            Append(store, name, [.. Enumerable.Range(0, days)]);
        }

        store.FlushAsync().GetAwaiter().GetResult();
    }

    [Test]
    public void Read_SeveralBlocksAreNotInMemory_AsksForAllButTheFirst()
    {
        using SignalStore cold = TestStores.Open(_files, Schema, _time, Options);
        SequenceQuery query = cold.Query("a", "b").Last(9).Columns("n").Build();
        List<(string Path, long Length)> asked = [];
        _files.AskedAhead = (path, _, length) => asked.Add((path, length));
        using (Sequence found = cold.Read(User, query))
        {
            Assert.That(found.Count, Is.EqualTo(6));
        }

        Assert.That(asked, Has.Count.EqualTo(5), "six tables, of two types and three days");
        Assert.That(asked.Select(one => one.Path), Is.Unique);
        Assert.That(asked.Select(one => one.Length), Is.All.InRange(1, 200), "no vectors");
        asked.Clear();
        cold.Read(User, query).Dispose();
        Assert.That(asked, Is.Empty, "now they are in memory");
        cold.Read(User, cold.Query("one").Last(9).Columns("n").Build()).Dispose();
        Assert.That(asked, Is.Empty, "the read asks for a single block itself");
    }

    [Test]
    public void Read_TablesAreOutsideOfItsTimes_AsksForNoneOfThem()
    {
        using SignalStore cold = TestStores.Open(_files, Schema, _time, Options);
        int asked = 0;
        _files.AskedAhead = (_, _, _) => asked++;
        DateTimeOffset from = DateTimeOffset.FromUnixTimeMilliseconds(TestStores.Start + (2 * Day));
        SequenceQuery newest = cold.Query("a", "b").Between(from, DateTimeOffset.MaxValue).Last(9).Columns("n").Build();
        using (Sequence found = cold.Read(User, newest))
        {
            Assert.That((found.Count, asked), Is.EqualTo((2, 1)), "two tables have such times");
        }

        asked = 0;
        SequenceQuery oldest = cold.Query("a", "b").Between(DateTimeOffset.MinValue, from.AddDays(-1)).Last(9).Columns("n").Build();
        using Sequence old = cold.Read(User, oldest);
        Assert.That((old.Count, asked), Is.EqualTo((2, 1)));
    }

    [Test]
    public void Read_MemtablesHaveEnoughRows_AsksForNoBlock()
    {
        using SignalStore cold = TestStores.Open(_files, Schema, _time, Options);
        Append(cold, "a", [3, 3, 3]);
        Append(cold, "b", [3, 3, 3]);
        int asked = 0;
        _files.AskedAhead = (_, _, _) => asked++;
        using (Sequence found = cold.Read(User, cold.Query("a", "b").Last(3).Columns("n").Build()))
        {
            Assert.That((found.Count, asked), Is.EqualTo((3, 0)));
        }
    }

    private static void Append(SignalStore store, string name, int[] days)
    {
        EventBatch batch = store.CreateBatch(name);
        for (int i = 0; i < days.Length; i++)
        {
            batch.Add(User, TestStores.Start + (days[i] * Day), (ulong)i).Set("n", i).SetVector<float>("v", new float[64]);
        }

        Assert.That(store.TryAppend(batch, out _));
        store.Engine.RunPending();
    }
}
