using Signals.Checkpoints;
using Signals.Orleans;
using Signals.Tests.Checkpoints;
using Signals.Tests.Cluster.Observing;

namespace Signals.Tests.Cluster;

/// <summary>A machine whose folder is behind its checkpoint, and which the log can bring there. Threads: one test.</summary>
internal static class FolderBehind
{
    /// <summary>Where the folder is.</summary>
    public const int Before = 20;

    /// <summary>Where the log and the checkpoint are.</summary>
    public const int After = 50;

    /// <summary>The machine, with the checkpoint in the target. Its replica is not held.</summary>
    /// <param name="target">The shared storage, empty.</param>
    /// <param name="opened">Is called with each store that the machine opens.</param>
    /// <param name="elsewhereOpened">Is called with the store of which the checkpoint is, before it follows the log.</param>
    public static async Task<LoneMachine> StartAsync(
        MemoryTarget target, Action<SignalStore>? opened = null, Action<SignalStore>? elsewhereOpened = null)
    {
        LoneMachine machine = new(configure: options => options.OnStoreOpened(opened ?? (static _ => { })));
        await machine.AppendAsync(Before);
        await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: Before });
        await machine.Host.ReleaseAsync(0);
        await machine.AppendAsync(After - Before);
        await SendAsync(machine.Log, target, elsewhereOpened);
        machine.Context.Options.UseCheckpoints(_ => target);
        return machine;
    }

    /// <summary>Another machine sends a checkpoint of everything in the log.</summary>
    public static async Task SendAsync(MemoryLog log, MemoryTarget target, Action<SignalStore>? opened = null)
    {
        string elsewhere = Directory.CreateTempSubdirectory("signals-elsewhere-").FullName;
        try
        {
            await using SignalStore store = SignalStore.Open(elsewhere, TestCluster.Schema);
            opened?.Invoke(store);
            await using MemoryFeed feed = new(log, 0, store);
            using CancellationTokenSource ending = new();
            Task following = feed.RunAsync(ending.Token);
            long began = Environment.TickCount64;
            while (feed.Position < log.EndOf(0))
            {
                Assert.That(Environment.TickCount64 - began, Is.LessThan(30_000));
                await Task.Delay(5);
            }

            await ending.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await new CheckpointUploader(store, target).UploadAsync();
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    /// <summary>Damages the largest part of what is in the target, which has events.</summary>
    /// <returns>Mends it.</returns>
    public static Action Damage(MemoryTarget target)
    {
        (string name, (byte[] Content, DateTimeOffset StoredAt) part) = target.Blobs
            .Where(blob => blob.Key.StartsWith("parts/", StringComparison.Ordinal)).MaxBy(blob => blob.Value.Content.Length);
        byte[] damaged = [.. part.Content];
        damaged[^1] ^= 1;
        target.Blobs[name] = (damaged, part.StoredAt);
        return () => target.Blobs[name] = part;
    }
}
