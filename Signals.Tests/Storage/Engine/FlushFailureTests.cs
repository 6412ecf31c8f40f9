using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine;

/// <summary>A flush that the ingest thread cannot begin: whoever asked for it is told.</summary>
internal sealed class FlushFailureTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("e", type => type.Field<long>("a")));

    [Test]
    public void FlushAsync_IngestThreadCannotEndItsLog_IsRefusedAndNotForgotten()
    {
        SimFileSystem files = new(record: false);
        using SignalStore store = TestStores.Open(
            files, Schema, new ManualTime(TestStores.Start), TestStores.Tiny with { Background = true, SyncInterval = TimeSpan.FromHours(1) });
        EventBatch batch = store.CreateBatch("e");
        batch.Add(UserId.From(1UL), TestStores.Start, 1).Set("a", 1L);
        store.Append(batch);
        files.BeforeSync = () =>
        {
            if (Thread.CurrentThread.Name == "signals-ingest")
            {
                throw new IOException("No space left on device");
            }
        };

        Task flushed = store.FlushAsync();
        Assert.That(async () => await flushed.WaitAsync(TimeSpan.FromMinutes(1)), Throws.TypeOf<StorePoisonedException>());
        Assert.That(() => store.FlushAsync().GetAwaiter().GetResult(), Throws.TypeOf<StorePoisonedException>());
    }
}
