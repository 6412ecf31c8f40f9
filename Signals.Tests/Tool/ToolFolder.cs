using Signals.Definitions;
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

    /// <summary>A definition of the feature n, as JSON.</summary>
    public string Definition => Write("feed.json", SequenceDefinition.Create("feed").OwnedBy("tests")
        .From("view", view => view.Last(5)).Columns("n").Size(5).Build().ToJson());

    /// <summary>Alice and bob at a time, with labels.</summary>
    public string Moments => Write(
        "moments.csv", $"request_id,user,time,label\r\na,alice,{TestStores.Start},1\r\nb,\"bob\",2026-03-01T00:00:01Z,\r\n");

    /// <summary>A file beside the store, with this text.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>A path beside the store.</summary>
    public string At(string name) => Path.Combine(_root, name);

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
