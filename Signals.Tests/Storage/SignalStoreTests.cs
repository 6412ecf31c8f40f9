namespace Signals.Tests.Storage;

/// <summary>The first things that a user does: append, wait, read, and open again.</summary>
[Category("Fast")]
[TestFixture]
internal sealed class SignalStoreTests
{
    private static readonly long Start = DateTimeOffset.Parse("2026-03-01T00:00:00Z", null).ToUnixTimeMilliseconds();
    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    [Test]
    public async Task WaitUntilVisible_InMemory_ReadsWhatWasAppendedBefore()
    {
        await using SignalStore store = SignalStore.Open(_path, Shop(), new StoreOptions { Durability = Durability.InMemory });
        SequenceQuery all = store.Query("view").Columns().Build();
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < 500; i++)
        {
            batch.Clear();
            batch.Add(UserId.From("alice"), Start + i, 1);
            store.Append(batch);
            await store.WaitUntilVisibleAsync();
            using Sequence seen = store.Read(UserId.From("alice"), all);
            Assert.That(seen.Count, Is.EqualTo(i + 1));
        }
    }

    [TestCase(Durability.InMemory)]
    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Append_ThenReopen_ReadsTheSame(Durability durability)
    {
        StoreOptions options = new() { Durability = durability };
        await using (SignalStore store = SignalStore.Open(_path, Shop(), options))
        {
            EventBatch batch = store.CreateBatch("view");
            for (int i = 0; i < 300; i++)
            {
                batch.Add(UserId.From("alice"), Start + i, (ulong)i).Set("dwell", i * 0.5f).Set("country", i % 3 == 0 ? "NO" : "SE");
            }

            AppendAck ack = await store.AppendAsync(batch);
            Assert.That(ack.Durability, Is.EqualTo(durability));
            await store.WaitAsync(store.Append(batch));
            await store.FlushAsync();
            AssertAlice(store);
        }

        await using SignalStore again = SignalStore.Open(_path, Shop(), options);
        AssertAlice(again);
        await again.CompactAsync();
        AssertAlice(again);
        Assert.That(again.GetStats().TableRows, Is.EqualTo(300));
    }

    private static void AssertAlice(SignalStore store)
    {
        SequenceQuery query = store.Query("view").Last(100).Build();
        using Sequence sequence = store.Read(UserId.From("alice"), query);
        Assert.That(sequence.Status, Is.EqualTo(SequenceStatus.Complete));
        Assert.That(sequence.Times.ToArray(), Is.EqualTo(Enumerable.Range(200, 100).Reverse().Select(i => Start + i)));
        Assert.That(sequence.Field<float>("dwell").ToArray(), Is.EqualTo(Enumerable.Range(200, 100).Reverse().Select(i => i * 0.5f)));
        Assert.That(sequence.Text("country", 2), Is.EqualTo("NO"));
    }

    private static StoreSchema Shop() => StoreSchema.Define(schema => schema
        .EventType("view", type => type.Field<float>("dwell").Text("country").KeepLast(500))
        .EventType("buy", type => type.Field<float>("price").Vector<sbyte>("embedding", 64)));
}
