using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Signals.Kafka.Records;

namespace Signals.Kafka.Poison;

/// <summary>Sends poison records to another topic. Thread contract: one thread. Lifetime: one run of a partition.</summary>
internal sealed class PoisonTopicWriter : IPoisonSink
{
    private const int MaxClientBytes = 1_000_000_000;

    private readonly string _topic;
    private readonly TopicPartition _from;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly List<Task> _sent = [];

    public PoisonTopicWriter(string topic, TopicPartition from, ClientConfig client)
    {
        (_topic, _from) = (topic, from);
        ProducerConfig config = new(new Dictionary<string, string>(client))
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            MessageMaxBytes = MaxClientBytes, // the broker decides: a record that came from it, with more headers, may go there
        };
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config).Build();
    }

    public void Keep(PoisonRecord record)
    {
        Headers headers =
        [
            Named(PartitionLogFormat.KindHeader, record.Kind),
            Named("signals-poison-reason", record.Reason),
            Named("signals-poison-topic", _from.Topic),
            Named("signals-poison-partition", _from.Partition.Value.ToString(CultureInfo.InvariantCulture)),
            Named("signals-poison-offset", record.Offset.ToString(CultureInfo.InvariantCulture)),
        ];
        _sent.Add(_producer.ProduceAsync(_topic, new Message<byte[]?, byte[]?>
        {
            Key = record.Key?.ToArray(),
            Value = record.Value?.ToArray(),
            Timestamp = record.TimestampMs > 0 ? new Timestamp(record.TimestampMs, TimestampType.CreateTime) : Timestamp.Default,
            Headers = headers,
        }));
    }

    public void Flush(CancellationToken cancellationToken)
    {
        try
        {
            Task.WhenAll(_sent).WaitAsync(cancellationToken).GetAwaiter().GetResult();
        }
        catch (ProduceException<byte[]?, byte[]?> error) when (error.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            throw new SignalsException(
                $"A record of {_from} that cannot be applied is too large for the topic '{_topic}' ({error.Message}). Raise the topic's "
                    + "max.message.bytes above that of the log by some kilobytes for headers, and run the partition again.", error);
        }
        finally
        {
            _sent.Clear();
        }
    }

    public void Dispose() => _producer.Dispose();

    private static Header Named(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
