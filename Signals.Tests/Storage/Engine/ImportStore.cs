using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Segments;

namespace Signals.Tests.Storage.Engine;

/// <summary>A store beside a folder of segments, and what tests of imports ask of both. Threads: one.</summary>
internal static class ImportStore
{
    public const string Segment = "/offline/in.seg";

    public static StoreSchema Schema { get; } = StoreSchema.Define(schema => schema
        .EventType("click", type => type.Field<int>("x"))
        .EventType("view", type => type.Field<int>("rank").Text("country").Field<float>("score").Window(TimeSpan.FromDays(1))));

    /// <summary>An empty disk with the folder for segments.</summary>
    public static SimFileSystem NewFiles(bool record = true)
    {
        SimFileSystem files = new(record: record);
        files.CreateDirectory("/offline");
        files.SyncDirectory("/");
        return files;
    }

    /// <summary>Writes a segment of events, given by user and hours after the start; the score tells which.</summary>
    public static SegmentInfo Write(
        IFileSystem files, IEnumerable<(ulong User, int Hour)> events, long generation = 1, string path = Segment,
        EventTypeSchema? type = null, DayRange? days = null)
    {
        SegmentOptions options = new() { Generation = generation, Source = "test", CorrectedDays = days };
        using SegmentWriter writer = SegmentWriter.Create(files, path, type ?? Schema["view"], options);
        foreach ((ulong user, int hour) in events)
        {
            writer.Insert(UserId.From(user), TimeOf(hour), 1).Set("score", Score(user, hour));
        }

        return writer.Finish();
    }

    public static long TimeOf(int hour) => TestStores.Start + hour * SegmentSample.Hour;

    public static float Score(ulong user, int hour) => (int)user * 1000 + hour;

    public static void Append(SignalStore store, ulong user, params ReadOnlySpan<int> hours)
    {
        EventBatch batch = store.CreateBatch("view");
        foreach (int hour in hours)
        {
            batch.Add(UserId.From(user), TimeOf(hour), 1).Set("score", Score(user, hour));
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    /// <summary>The hours of a user's events, newest first; each has its score.</summary>
    public static int[] Hours(SignalStore store, ulong user)
    {
        SequenceQuery query = store.Query("view").Columns("score").Build();
        using Sequence sequence = store.Read(UserId.From(user), query);
        int[] hours = [.. sequence.Times.ToArray().Select(time => (int)((time - TestStores.Start) / SegmentSample.Hour))];
        Assert.That(sequence.Field<float>("score").ToArray(), Is.EqualTo(hours.Select(hour => Score(user, hour))));
        return hours;
    }

    /// <summary>
    /// Fails unless staging is empty and every table and segment in the folder is one of the store's. A file that a power cut
    /// left without its first bytes cannot be told from another program's, and stays.
    /// </summary>
    public static void AssertNothingLeft(SimFileSystem files, SignalStore store)
    {
        string staging = Path.Combine(TestStores.Folder, StoreFiles.Staging);
        Assert.That(files.ListFiles(staging).Where(name => OwnContent.IsIn(files, Path.Combine(staging, name))), Is.Empty);
        string[] found = [.. files.ListFiles(TestStores.Folder)
            .Where(name => StoreFiles.Classify(name, out _) is StoreFileKind.Table or StoreFileKind.Segment
                && OwnContent.IsIn(files, Path.Combine(TestStores.Folder, name)))];
        Assert.That(found, Is.EquivalentTo(store.Engine.Tables.Tables.Select(table => StoreFiles.FileOf(table.Meta)).Distinct()));
    }
}
