using System.Collections.Concurrent;
using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Offline;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine.Following;

namespace Signals.Tests.Reliability;

/// <summary>
/// One thread appends, corrects through segments, erases, flushes and compacts as fast as it can; others refresh a read-only store of the
/// same folder, read from it and take checkpoints. Each answer is a state that a plain model of the writer had.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class FollowRaceTests
{
    private const int Steps = 2000;
    private const int StepsPerCheckpoint = 40;

    private string _root = null!;
    private long _nextCheckpoint; // the thread that takes checkpoints

    [SetUp]
    public void MakeFolder()
    {
        _root = Directory.CreateTempSubdirectory("signals-race-").FullName;
        _nextCheckpoint = 0;
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_root, recursive: true);

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Reads_BesideAWriterAtFullSpeed_ShowStatesOfItsModel(Durability durability)
    {
        (string? violation, string seen) = await RunAsync(durability, TestScale.Of(Steps));
        TestContext.Out.WriteLine($"{durability}: {seen}");
        Assert.That(violation, Is.Null);
    }

    [Test]
    public async Task PlantedBug_ReadsThatSeeHalfARefresh_AreNoticed()
    {
        using IDisposable planted = PlantedBugs.Plant(PlantedBugs.RefreshIsReadHalfShown);
        (string? violation, string seen) = await RunAsync(Durability.Buffered, steps: 20_000);
        TestContext.Out.WriteLine($"{violation ?? "SURVIVED"}; {seen}");
        Assert.That(violation, Is.Not.Null);
    }

    private async Task<(string? Violation, string Seen)> RunAsync(Durability durability, int steps)
    {
        string folder = Path.Combine(_root, "store");
        StoreOptions options = new()
        {
            Durability = durability,
            RingBytes = 64 << 10,
            MaxBatchBytes = 16 << 10,
            MemTableBytes = 128 << 10,
            LogBytes = 64 << 10,
            BlockCacheBytes = 1 << 20,
        };
        using SignalStore store = SignalStore.Open(folder, FollowedWriter.Schema, options);
        FollowModel model = new();
        using ReadOnlyStore reader = SignalStore.OpenReadOnly(folder);
        using CancellationTokenSource stop = new();
        ConcurrentQueue<string> violations = new();
        long refreshes = 0;
        long reads = 0;
        Task[] readers =
        [
            Run(() =>
            {
                long atLeast = model.Done;
                reader.Refresh();
                refreshes++;
                Check(reader, model, atLeast);
            }),
            Run(() =>
            {
                long shown = 0;
                for (int i = 0; i < 20; i++)
                {
                    shown = Check(reader, model, shown);
                    reads++;
                }
            }),
            Run(() => CheckCheckpoint(reader, model)),
        ];
        int done = await WriteAsync(store, model, steps, stop).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(readers).ConfigureAwait(false);
        StoreStats stats = store.GetStats();
        return (violations.FirstOrDefault(),
            $"{done} steps, {stats.Flushes} flushes, {stats.Compactions} compactions, {stats.ErasedUsers} erased users, "
                + $"{refreshes} refreshes, {reads} reads");

        Task Run(Action once) => Task.Run(() =>
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    once();
                }
            }
            catch (Exception error)
            {
                violations.Enqueue(error.ToString());
                stop.Cancel();
            }
        });
    }

    private async Task<int> WriteAsync(SignalStore store, FollowModel model, int steps, CancellationTokenSource stop)
    {
        SimRandom random = new(7);
        int step = 0;
        for (; step < steps && !stop.IsCancellationRequested; step++)
        {
            switch (random.Below(40))
            {
                case 0:
                    await store.FlushAsync().ConfigureAwait(false);
                    break;
                case 1 when random.Below(4) == 0:
                    await store.CompactAsync().ConfigureAwait(false);
                    break;
                case 2:
                    UserId user = FollowedWriter.All[random.Below(FollowedWriter.All.Length)];
                    model.Begin(() => model.Erase(user));
                    await store.EraseUpToAsync(user, DateTimeOffset.FromUnixTimeMilliseconds(FollowModel.TimeOf(1))).ConfigureAwait(false);
                    model.End();
                    break;
                case 3:
                    await ImportAsync(store, model, ref random).ConfigureAwait(false);
                    break;
                default:
                    EventBatch batch = store.CreateBatch(FollowedWriter.EventType);
                    int events = 1 + random.Below(random.Below(20) == 0 ? 200 : 6);
                    model.Begin(() => model.Append(batch, events, ref random));
                    await store.AppendAsync(batch).ConfigureAwait(false);
                    model.End();
                    break;
            }
        }

        return step;
    }

    private Task ImportAsync(SignalStore store, FollowModel model, ref SimRandom random)
    {
        string segment = Path.Combine(_root, "in.seg");
        using (SegmentWriter writer = SegmentWriter.Create(
            segment, store.Schema[FollowedWriter.EventType], new SegmentOptions { Generation = model.NextGeneration(), Source = "job" }))
        {
            SimRandom chosen = random;
            model.Begin(() => model.Correct(writer, ref chosen));
            random = chosen;
            writer.Finish();
        }

        return FinishAsync();

        async Task FinishAsync()
        {
            await store.ImportAsync(segment, new ImportOptions { Move = true }).ConfigureAwait(false);
            model.End();
        }
    }

    private static long Check(ReadOnlyStore reader, FollowModel model, long atLeast)
    {
        string state = FollowedWriter.Describe(
            reader.ReadMany(FollowedWriter.All, reader.Query(FollowedWriter.EventType).Build()));
        return model.Require(state, atLeast);
    }

    private void CheckCheckpoint(ReadOnlyStore reader, FollowModel model)
    {
        long atLeast = model.Done;
        if (atLeast < _nextCheckpoint)
        {
            Thread.Yield();
            return;
        }

        _nextCheckpoint = atLeast + StepsPerCheckpoint;
        string target = Path.Combine(_root, "copy");
        CheckpointInfo info = reader.CheckpointAsync(target).GetAwaiter().GetResult();
        using (SignalStore copy = SignalStore.Open(info.Directory, FollowedWriter.Schema))
        {
            model.Require(
                FollowedWriter.Describe(copy.ReadMany(FollowedWriter.All, copy.Query(FollowedWriter.EventType).Build())), atLeast);
        }

        Directory.Delete(target, recursive: true);
    }
}
