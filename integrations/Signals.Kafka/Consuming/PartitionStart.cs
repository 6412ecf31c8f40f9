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
        Incarnation = options.Incarnation.IsNone ? TopicIdentity.Ask(consumer.Handle, consumer.Partition.Topic) : options.Incarnation;
        WatermarkOffsets ends = consumer.QueryEnds();
        SourcePosition known = store.GetSource(source) ?? new SourcePosition(source, 0);
        if (!known.Incarnation.MayGoOnAs(Incarnation) || known.Position > ends.High.Value)
        {
            throw new TopicChangedException(progress.Topic, progress.Partition, known, Incarnation, ends.High.Value);
        }

        if (known.Position < ends.Low.Value && !(options.StartWithoutHistory && known.Position == 0))
        {
            throw new LogTruncatedException(progress.Topic, progress.Partition, known.Position, ends.Low.Value);
        }

        progress.SawEnd(ends.High.Value);
        return Math.Max(known.Position, ends.Low.Value);
    }
}
