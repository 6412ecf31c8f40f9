using Signals.Scanning;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Scanning;

/// <summary>A store without threads for tests of scans: event i of a user is at minute i and has the number i. Threads: one.</summary>
internal static class ScanStore
{
    public const long Minute = 60_000;

    public static StoreSchema Schema { get; } = StoreSchema.Define(s => s
        .EventType("e", t => t.Field<int>("n").Text("text").Vector<Half>("v", 3).Window(TimeSpan.FromHours(1)))
        .EventType("few", t => t.Field<int>("n").KeepLast(5)));

    public static EngineOptions Options { get; } = TestStores.Tiny with
    {
        MemTableBytes = 1 << 20,
        RingBytes = 1 << 20,
        MaxBatchBytes = 256 << 10,
        LogBytes = 4 << 20,
        BlockCacheBytes = 256 << 10,
    };

    public static SignalStore Open(IFileSystem files, EngineOptions? options = null, TimeProvider? time = null) =>
        TestStores.Open(files, Schema, time ?? new ManualTime(TestStores.Start + TimeSpan.FromDays(2).Ticks / 10_000), options ?? Options);

    public static long TimeOf(int i) => TestStores.Start + (i * Minute);

    /// <summary>Appends events of a user and makes them visible.</summary>
    public static void Append(SignalStore store, ulong user, params IEnumerable<int> events) =>
        Append(store, "e", user, [.. events.Select(i => (TimeOf(i), (ulong)i, i))]);

    public static void Append(SignalStore store, string type, ulong user, params IReadOnlyList<(long Time, ulong Id, int N)> events)
    {
        EventBatch batch = store.CreateBatch(type);
        foreach ((long time, ulong id, int n) in events)
        {
            EventRow row = batch.Add(UserId.From(user), time, id).Set("n", n);
            if (type == "e")
            {
                row.Set("text", $"text {n}");
            }

            if (batch.Count == 500)
            {
                store.Append(batch);
                store.Engine.RunPending();
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            store.Append(batch);
            store.Engine.RunPending();
        }
    }

    /// <summary>The rest of a scan as (user, number of the event); the scan reads the column n first.</summary>
    public static List<(ulong User, int N)> Rest(EventScan scan)
    {
        List<(ulong, int)> rows = [];
        while (scan.TryNext(out ScanBatch batch))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                rows.Add((batch.Users[row].Low, batch.Field<int>(0)[row]));
            }
        }

        return rows;
    }

    /// <summary>The events of some users, newest first.</summary>
    public static List<(ulong User, int N)> Newest(IEnumerable<ulong> users, int events) =>
        [.. users.SelectMany(user => Enumerable.Range(0, events).Reverse().Select(i => (user, i)))];
}
