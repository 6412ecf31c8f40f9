using Microsoft.Extensions.Logging;
using Signals.Checkpoints;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Orleans.Partitions;
using Signals.Orleans.Replicas;
using Signals.Tests.Kafka;

namespace Signals.Tests.Cluster;

/// <summary>
/// One machine's replica of the one partition of a <see cref="LogBench"/>, with checkpoints in shared storage, without a cluster around
/// it. Threads: one test.
/// </summary>
internal sealed class KafkaMachine : IAsyncDisposable
{
    private readonly KafkaLog _log;
    private readonly ReplicaContext _context;
    private readonly ReplicaHost _host;

    public KafkaMachine(
        LogBench bench, ILogger logger, Action<SignalsClusterOptions>? configure = null, KafkaPartitionOptions? reads = null)
    {
        SignalsClusterOptions options = new()
        {
            Folder = bench.PathOf("machine"),
            Schema = LogBench.Schema,
            Partitions = 1,
            Standbys = 0,
            EndInterval = TimeSpan.FromMilliseconds(20),
        };
        options.UseStore(_ => new StoreOptions { MemTableBytes = 1 << 20, RingBytes = 1 << 20, MaxBatchBytes = 1 << 18 });
        options.UseKafka(LogBench.Topic, reads ?? bench.Options);
        options.UseCheckpoints(_ => TargetOf(bench));
        configure?.Invoke(options);
        (KafkaSignalsOptions log, KafkaPartitionOptions feeds) = options.GetLog();
        _log = new KafkaLog(log, feeds);
        _context = new ReplicaContext("here", options, _log, TimeProvider.System, logger);
        _host = new ReplicaHost(_context);
    }

    /// <summary>The shared storage of the partition.</summary>
    public static CheckpointTarget TargetOf(LogBench bench) => new FolderTarget(bench.PathOf("shared"));

    /// <summary>Holds the replica and waits until it follows from a position on, at the least.</summary>
    public async Task<OpenReplica> FollowToAsync(long position)
    {
        PartitionReplica replica =
            await UntilAsync(report => report.State == ReplicaState.Following && report.Position >= position);
        return replica.Current!;
    }

    /// <summary>Holds the replica and waits until it is as it should be.</summary>
    public async Task<PartitionReplica> UntilAsync(Func<ReplicaReport, bool> holds)
    {
        PartitionReplica replica = _host.Hold(0);
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
        await _host.DisposeAsync();
        _context.Dispose();
        _log.Dispose();
    }
}
