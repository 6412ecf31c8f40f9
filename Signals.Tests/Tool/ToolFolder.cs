using Signals.Offline;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Tool;

/// <summary>A folder with a small store that nobody has open, and a segment for it. Deleted when disposed; one thread.</summary>
internal sealed class ToolFolder : IDisposable
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    private readonly string _root = Directory.CreateTempSubdirectory("signals-").FullName;

    public ToolFolder()
    {
        using (SignalStore store = SignalStore.Open(Store, Schema))
        {
            EventGroup feed = store.CreateGroup("feed");
            feed.Position = 77;
            store.AppendGroup(feed);
            EventBatch batch = store.CreateBatch("view");
            batch.Add(UserId.From("alice"), TestStores.Start, 1).Set("n", 1);
            batch.Add(UserId.From("bob"), TestStores.Start, 1).Set("n", 2);
            store.Append(batch);
            store.FlushAsync().GetAwaiter().GetResult();
        }

        using SegmentWriter segment = SegmentWriter.Create(Segment, Schema["view"], new SegmentOptions { Generation = 1 });
        segment.Insert(UserId.From("bob"), TestStores.Start + 1, 2).Set("n", 3);
        segment.Finish();
    }

    public string Store => At("store");

    public string Segment => At("fix.seg");

    /// <summary>A path beside the store.</summary>
    public string At(string name) => Path.Combine(_root, name);

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
