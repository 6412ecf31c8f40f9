using Confluent.Kafka;

namespace Signals.Kafka.Poison;

/// <summary>Keeps no record, because the partition stops before it. Immutable.</summary>
internal sealed class StopPolicy : PoisonPolicy, IPoisonSink
{
    internal override bool Stops => true;

    public void Keep(PoisonRecord record) =>
        throw new InvalidOperationException("A partition that stops at poison records asked to keep one.");

    public void Flush(CancellationToken cancellationToken)
    {
    }

    public void Dispose()
    {
    }

    internal override IPoisonSink Open(TopicPartition partition, ClientConfig client, Action<Exception> report) => this;
}
