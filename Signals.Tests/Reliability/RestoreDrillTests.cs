using System.Diagnostics;
using Signals.Maintenance;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Checkpoints of a store with threads on the real disk, under appends, flushes and compactions: each opens, holds a beginning of what was
/// appended, with everything that was acknowledged before it was asked for, and can be written to.
/// </summary>
[Category("Reliability")]
internal sealed class RestoreDrillTests
{
    private const int Checkpoints = 12;
    private const ulong Seed = 0xD111;

    private string _path = null!;
    private long _appended;
    private long _acked;

    [SetUp]
    public void SetUp() => (_path, _appended, _acked) = (Directory.CreateTempSubdirectory("signals-drill-").FullName, 0, 0);

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Checkpoint_UnderLoad_RestoresAPrefixWithEverythingAcknowledged(Durability durability)
    {
        Stopwatch time = Stopwatch.StartNew();
        int drills = TestScale.Of(Checkpoints);
        SimRandom random = new(Seed);
        using CancellationTokenSource stop = new();
        await using (SignalStore store = KillSchema.Open(Path.Combine(_path, "live"), durability))
        {
            Task producer = Task.Run(() => AppendAsync(store, stop.Token));
            Task upkeep = Task.Run(() => UpkeepAsync(store, stop.Token));
            for (int drill = 0; drill < drills; drill++)
            {
                await WaitForAsync(Volatile.Read(ref _acked) + 20 + random.Below(60), producer);
                string folder = Path.Combine(_path, $"checkpoint-{drill}");
                long acked = Volatile.Read(ref _acked);
                await store.CheckpointAsync(folder);
                long appended = Volatile.Read(ref _appended);
                Restore(folder, durability, acked, appended, $"checkpoint {drill}, seed {Seed}");
            }

            await stop.CancelAsync();
            await producer;
            await upkeep;
            Assert.That(KillSchema.VerifyPrefix(store), Is.EqualTo(_appended));
            await store.FlushAsync();
            CheckpointInfo info = await store.CheckpointAsync(Path.Combine(_path, "checkpoint-last"));
            Assert.That(info.SharedBytes, Is.GreaterThan(0), "there are tables now");
        }

        using SignalStore again = KillSchema.Open(Path.Combine(_path, "live"), durability);
        Assert.That(KillSchema.VerifyPrefix(again), Is.EqualTo(_appended));
        TestContext.Out.WriteLine(
            $"{durability}: {drills} checkpoints restored beside {_appended} appends in {time.Elapsed.TotalSeconds:F1} s");
    }

    /// <summary>
    /// Opens the checkpoint twice; what is appended to it in between is there at the second time, and
    /// not in the store it came from.
    /// </summary>
    private static void Restore(string folder, Durability durability, long acked, long appended, string which)
    {
        long restored;
        using (SignalStore copy = KillSchema.Open(folder, durability))
        {
            restored = KillSchema.VerifyPrefix(copy);
            Assert.That(restored, Is.InRange(acked, appended), which);
            EventBatch batch = copy.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents);
            KillSchema.Fill(batch, restored + 1);
            copy.Append(batch);
        }

        using SignalStore again = KillSchema.Open(folder, durability);
        Assert.That(KillSchema.VerifyPrefix(again), Is.EqualTo(restored + 1), which);
    }

    private async Task AppendAsync(SignalStore store, CancellationToken stop)
    {
        Queue<(long Entry, Task<AppendAck> Ack)> waiting = new();
        EventBatch batch = store.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents);
        for (long entry = 1; !stop.IsCancellationRequested; entry++)
        {
            KillSchema.Fill(batch, entry);
            Volatile.Write(ref _appended, entry);
            waiting.Enqueue((entry, store.WaitAsync(store.Append(batch, CancellationToken.None), CancellationToken.None).AsTask()));
            while (waiting.Count > 8 || (waiting.Count > 0 && waiting.Peek().Ack.IsCompleted))
            {
                (long acked, Task<AppendAck> ack) = waiting.Dequeue();
                await ack;
                Volatile.Write(ref _acked, acked);
            }
        }

        await Task.WhenAll(waiting.Select(wait => wait.Ack));
    }

    private static async Task UpkeepAsync(SignalStore store, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await store.FlushAsync(CancellationToken.None);
            await store.CompactAsync(CancellationToken.None);
            await Task.Yield();
        }
    }

    private async Task WaitForAsync(long acked, Task producer)
    {
        while (Volatile.Read(ref _acked) < acked)
        {
            Assert.That(producer.IsCompleted, Is.False, () => $"the producer ended: {producer.Exception}");
            await Task.Yield();
        }
    }
}
