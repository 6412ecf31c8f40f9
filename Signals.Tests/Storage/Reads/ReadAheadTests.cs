using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Reads;

/// <summary>A read of several blocks that are not in memory asks the device for all of them before it waits for one.</summary>
[Category("Fast")]
internal sealed class ReadAheadTests
{
    private static readonly UserId User = UserId.From(1UL);
    private static readonly StoreSchema Schema = StoreSchema.Define(s =>
    {
        foreach (string name in (string[])["a", "b", "one"])
        {
            s.EventType(name, t => t.Field<int>("n").Vector<float>("v", 64).Window(TimeSpan.FromDays(1)));
        }
    });

    [Test]
    public void Read_SeveralBlocksAreNotInMemory_AsksForAllButTheFirst()
    {
        SimFileSystem files = new(record: false);
        EngineOptions options = TestStores.Tiny with { BlockCacheBytes = 1 << 20, MemTableBytes = 1 << 20, HeadCacheBytes = 0 };
        ManualTime time = new(TestStores.Start + (4 * 86_400_000L));
        using (SignalStore store = TestStores.Open(files, Schema, time, options))
        {
            foreach ((string name, int days) in ((string, int)[])[("a", 3), ("b", 3), ("one", 1)])
            {
                EventBatch batch = store.CreateBatch(name);
                for (int day = 0; day < days; day++)
                {
                    batch.Add(User, TestStores.Start + (day * 86_400_000L), 1).Set("n", day).SetVector<float>("v", new float[64]);
                }

                Assert.That(store.TryAppend(batch, out _));
            }

            store.FlushAsync().GetAwaiter().GetResult();
        }

        using SignalStore cold = TestStores.Open(files, Schema, time, options);
        SequenceQuery query = cold.Query("a", "b").Last(9).Columns("n").Build();
        List<(string Path, long Length)> asked = [];
        files.AskedAhead = (path, _, length) => asked.Add((path, length));
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
}
