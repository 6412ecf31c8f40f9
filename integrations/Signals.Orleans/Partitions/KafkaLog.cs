using System.Collections.Concurrent;
using Confluent.Kafka;
using Signals.Definitions;
using Signals.Kafka;

namespace Signals.Orleans.Partitions;

/// <summary>The topic of a cluster: feeds for replicas, and one producer for the writes of this machine.</summary>
/// <remarks>
/// Thread contract: any thread. The producer opens with the first write, so a machine starts, and answers, while the brokers are
/// away. Lifetime: that of the host.
/// </remarks>
internal sealed class KafkaLog : IClusterLog, IDisposable
{
    private readonly KafkaSignalsOptions _writes;
    private readonly KafkaPartitionOptions _reads;
    private readonly LogEnds _ends;
    private readonly ConcurrentBag<KafkaEventWriter> _writers = [];
    private readonly Lock _lock = new();
    private KafkaSignals? _producer;

    public KafkaLog(KafkaSignalsOptions writes, KafkaPartitionOptions reads)
    {
        (_writes, _reads) = (writes, reads);
        _ends = new LogEnds(
            writes.Topic,
            new ClientConfig(new Dictionary<string, string>(reads.Client)) { BootstrapServers = reads.BootstrapServers });
    }

    public int PartitionOf(UserId user) => PartitionHash.PartitionOf(user, _writes.Partitions);

    public string SourceOf(int partition) => KafkaPartition.SourceOf(_writes.Topic, partition);

    public IPartitionFeed Follow(int partition, SignalStore store) =>
        new KafkaFeed(new KafkaPartition(store, _writes.Topic, partition, _reads));

    public Task<bool> CanGoOnAsync(int partition, IReadOnlyList<SourcePosition> positions, CancellationToken cancellationToken) =>
        KafkaPartition.CanGoOnAsync(_writes.Topic, partition, positions, _reads, cancellationToken);

    public Task<long> ReadEndAsync(int partition, CancellationToken cancellationToken) => _ends.AskAsync(partition, cancellationToken);

    public async ValueTask<LogPosition> AppendAsync(
        int partition, IReadOnlyList<SingleEvent> events, CancellationToken cancellationToken)
    {
        KafkaSignals producer = Producer();
        if (events.Count == 1)
        {
            return Behind(await producer.AppendAsync(events[0]).WaitAsync(cancellationToken).ConfigureAwait(false));
        }

        if (!_writers.TryTake(out KafkaEventWriter? writer))
        {
            writer = producer.CreateWriter();
        }

        foreach (SingleEvent newEvent in events)
        {
            await writer.AddAsync(newEvent).ConfigureAwait(false);
        }

        // A writer whose flush failed or was given up on may still hold something, so it does not come back.
        IReadOnlyList<LogAck> acks = await writer.FlushAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        _writers.Add(writer);
        return new LogPosition(partition, 1 + acks.Max(ack => ack.Offset));
    }

    public async ValueTask<LogPosition> EraseAsync(UserId user, CancellationToken cancellationToken) =>
        Behind(await Producer().EraseAsync(user).WaitAsync(cancellationToken).ConfigureAwait(false));

    public async ValueTask<IReadOnlyList<LogPosition>> DefineAsync(SequenceDefinition definition, CancellationToken cancellationToken)
    {
        LogAck[] acks = await Producer().DefineAsync(definition).WaitAsync(cancellationToken).ConfigureAwait(false);
        return Array.ConvertAll(acks, Behind);
    }

    public async ValueTask<LogPosition> ImportAsync(int partition, SegmentReference segment, CancellationToken cancellationToken) =>
        Behind(await Producer().ImportAsync(partition, segment).WaitAsync(cancellationToken).ConfigureAwait(false));

    public void Dispose()
    {
        _ends.Dispose();
        _producer?.Dispose();
    }

    private static LogPosition Behind(LogAck ack) => new(ack.Partition, ack.Offset + 1);

    private KafkaSignals Producer()
    {
        lock (_lock)
        {
            return _producer ??= KafkaSignals.Open(_writes);
        }
    }
}
