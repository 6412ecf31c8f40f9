using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Signals.Orleans;
using Signals.Orleans.Replicas;
using Signals.Orleans.Routing;

namespace Signals.Tests.Cluster.Observing;

/// <summary>One machine's replicas over a log in memory, without a cluster around it. Threads: one test.</summary>
internal sealed class LoneMachine : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("signals-machine-").FullName;

    public LoneMachine(int partitions = 1, Action<SignalsClusterOptions>? configure = null, ILogger? logger = null)
    {
        Log = new MemoryLog(partitions);
        SignalsClusterOptions options = new()
        {
            Folder = _root,
            Schema = TestCluster.Schema,
            Partitions = partitions,
            Standbys = 0,
            EndInterval = TimeSpan.FromMilliseconds(20),
        };
        options.UseStore(_ => new StoreOptions { MemTableBytes = 1 << 20, RingBytes = 1 << 20, MaxBatchBytes = 1 << 18 });
        options.OnStoreOpened(store => store.Definitions.Register(TestCluster.Feed));
        configure?.Invoke(options);
        Context = new ReplicaContext("here", options, Log, TimeProvider.System, logger ?? NullLogger.Instance);
        Host = new ReplicaHost(Context);
        Store = new ClusterStore(Host, Context, null!, null!, null!); // It answers what the replicas here can answer.
    }

    public MemoryLog Log { get; }

    public ReplicaContext Context { get; }

    public ReplicaHost Host { get; }

    public IClusterStore Store { get; }

    public async Task AppendAsync(int count)
    {
        for (int n = 1; n <= count; n++)
        {
            await Log.AppendAsync(0, [TestCluster.View(UserId.From(1), n)], CancellationToken.None);
        }
    }

    /// <summary>Waits until the replica of the first partition is as it should be.</summary>
    public async Task<PartitionReplica> UntilAsync(Func<ReplicaReport, bool> holds)
    {
        PartitionReplica replica = Host.Hold(0);
        long began = Environment.TickCount64;
        while (!holds(replica.Report()))
        {
            Assert.That(Environment.TickCount64 - began, Is.LessThan(30_000), replica.Report().ToString());
            await Task.Delay(5);
        }

        return replica;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Context.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
