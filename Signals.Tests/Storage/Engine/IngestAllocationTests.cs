using Signals.Core.Model;

namespace Signals.Tests.Storage.Engine;

/// <summary>
/// What a store allocates on the managed heap from append to compacted does not grow with the events, and the native memory of the
/// work is given back.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class IngestAllocationTests
{
    private const int Users = 10_000;
    private const int BatchRows = 256;
    private const int Rounds = 3;
    private const int EventsPerRound = 200_000;
    private const int FewEventsPerRound = EventsPerRound / 10;
    private const double MostBytesPerEvent = 1.0;

    private static readonly string[] Types = ["view", "click", "buy"];

    private static readonly StoreSchema Schema = StoreSchema.Define(s => Types.Aggregate(s, (schema, type) => schema.EventType(type, t =>
        t.Field<long>("item").Field<float>("weight").Text("note").EnrichmentVector<Half>("embedding", 32))));

    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    [Test]
    public async Task FromAppendToCompacted_ManyEvents_AllocatesLessThanAByteForEach()
    {
        _ = await AllocatedAsync("warm", FewEventsPerRound);
        long few = await AllocatedAsync("few", FewEventsPerRound);
        long many = Math.Min(await AllocatedAsync("many", EventsPerRound), await AllocatedAsync("again", EventsPerRound));
        double perEvent = (many - few) / (double)(Rounds * (EventsPerRound - FewEventsPerRound));
        TestContext.Out.WriteLine($"{few} bytes, {many} bytes, {perEvent:F2} bytes per event");
        Assert.That(perEvent, Is.LessThan(MostBytesPerEvent));
    }

    [Test]
    public async Task Close_AfterFlushesAndACompaction_HoldsNoNativeMemory()
    {
        long before = NativeBytes.HeldByOwners;
        await using (SignalStore store = SignalStore.Open(Path.Combine(_path, "store"), Schema))
        {
            await RunAsync(store, FewEventsPerRound);
            Assert.That(NativeBytes.HeldByOwners, Is.GreaterThan(before), "the directories of the open tables");
        }

        Assert.That(NativeBytes.HeldByOwners, Is.EqualTo(before));
    }

    private async Task<long> AllocatedAsync(string name, int eventsPerRound)
    {
        await using SignalStore store = SignalStore.Open(Path.Combine(_path, name), Schema);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(store, eventsPerRound);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task RunAsync(SignalStore store, int eventsPerRound)
    {
        EventBatch[] batches = [.. Types.Select(type => store.CreateBatch(type, BatchRows))];
        Random random = new(5);
        for (int round = 0; round < Rounds; round++)
        {
            Append(store, batches, random, round, eventsPerRound);
            await store.FlushAsync();
        }

        await store.CompactAsync();
        Assert.That(store.GetStats().Tables, Is.EqualTo(Types.Length));
    }

    private static void Append(SignalStore store, EventBatch[] batches, Random random, int round, int events)
    {
        long start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 1_000_000;
        for (int i = 0; i < events; i++)
        {
            // A few users have many events: the square of a random number is small more often than not.
            double place = random.NextDouble();
            ulong user = ((ulong)(place * place * Users) + 1) * 0x9E37_79B9_7F4A_7C15;
            EventBatch batch = batches[random.Next(batches.Length)];
            batch.Add(UserId.From(user), start + (round * 1000) + (i % 1000), (ulong)((round * events) + i))
                .Set("item", random.NextInt64()).Set("weight", (float)place).Set("note", i % 3 == 0 ? "seen" : "");
            if (batch.Count == BatchRows)
            {
                store.Append(batch);
                batch.Clear();
            }
        }

        foreach (EventBatch batch in batches.Where(batch => batch.Count > 0))
        {
            store.Append(batch);
            batch.Clear();
        }
    }
}
