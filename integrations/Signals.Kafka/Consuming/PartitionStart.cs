using Confluent.Kafka;

namespace Signals.Kafka.Consuming;

/// <summary>
/// Compares what the store knows of a partition with what the cluster has, and decides where to begin. Asks until the cluster answers.
/// </summary>
/// <remarks>Thread contract: the run's thread. Lifetime: one run.</remarks>
internal sealed class PartitionStart(
    SignalStore store, KafkaPartitionOptions options, PartitionConsumer consumer, PartitionProgress progress, string source)
{
    /// <summary>The incarnation of the topic, once <see cref="Find"/> has returned.</summary>
    public SourceIncarnation Incarnation { get; private set; }

    /// <summary>Waits for the cluster and returns the offset at which to begin.</summary>
    /// <exception cref="TopicChangedException">The topic is another one.</exception>
    /// <exception cref="LogTruncatedException">Records that the store lacks are gone.</exception>
    public long Find(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return Ask();
            }
            catch (KafkaException error) when (!error.Error.IsFatal)
            {
                progress.Report(error);
                progress.SetState(KafkaPartitionState.Disconnected);
            }

            cancellationToken.WaitHandle.WaitOne(options.RetryDelay);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Asks once.</summary>
    /// <exception cref="KafkaException">The cluster did not answer.</exception>
    /// <exception cref="TopicChangedException">The topic is another one.</exception>
    /// <exception cref="LogTruncatedException">Records that the store lacks are gone.</exception>
    public long Ask()
    {
        PartitionReach reach = PartitionReach.Ask(consumer, options);
        Incarnation = reach.Incarnation;
        SourcePosition known = store.GetSource(source) ?? new SourcePosition(source, 0);
        if (!reach.IsSameTopic(known))
        {
            throw new TopicChangedException(progress.Topic, progress.Partition, known, Incarnation, reach.End);
        }

        if (!reach.HasFrom(known) && !(options.StartWithoutHistory && known.Position == 0))
        {
            throw new LogTruncatedException(progress.Topic, progress.Partition, known.Position, reach.First);
        }

        progress.SawEnd(reach.End);
        return Math.Max(known.Position, reach.First);
    }
}
