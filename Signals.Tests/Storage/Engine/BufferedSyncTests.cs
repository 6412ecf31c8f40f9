namespace Signals.Tests.Storage.Engine;

/// <summary>What bounds the loss of a power cut in buffered mode: the log is synced though nothing asks for it.</summary>
[Category("Fast")]
internal sealed class BufferedSyncTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Append_OneEventAndNoMore_IsSyncedAfterTheInterval()
    {
        string path = Directory.CreateTempSubdirectory("signals-").FullName;
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));
        StoreOptions options = new() { Durability = Durability.Buffered, SyncInterval = TimeSpan.FromMilliseconds(20) };
        await using (SignalStore store = SignalStore.Open(path, schema, options))
        {
            EventBatch batch = store.CreateBatch("view");
            batch.Add(UserId.From(1), TimeProvider.System.GetUtcNow(), 1).Set("n", 1);
            long before = store.GetStats().LogSyncs;
            await store.AppendAsync(batch);
            long began = Environment.TickCount64;
            while (store.GetStats().LogSyncs == before)
            {
                Assert.That(Environment.TickCount64 - began, Is.LessThan(Patience.TotalMilliseconds), "the log was not synced");
                await Task.Delay(10);
            }
        }

        Directory.Delete(path, recursive: true);
    }
}
