using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Signals.Definitions;
using Signals.Kafka.Records;

namespace Signals.Kafka;

/// <summary>
/// Writes to the log of a cluster of stores: events, erasures, imports, definitions and schemas, each to the partitions that it concerns
/// (docs/formats/partition-log.md). A call is complete when Kafka has acknowledged on all replicas that are in sync.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Calls that do not wait for each other have no order among partitions; within a partition the order is
/// that of the calls. Lifetime: dispose it; what was not acknowledged by then is given up after 10 s.
/// </remarks>
public sealed class KafkaSignals : IDisposable
{
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(10);

    private readonly KafkaSignalsOptions _options;
    private readonly IProducer<byte[]?, byte[]> _producer;

    private KafkaSignals(KafkaSignalsOptions options, IProducer<byte[]?, byte[]> producer)
    {
        (_options, _producer) = (options, producer);
    }

    /// <summary>How many partitions the topic has.</summary>
    public int Partitions => _options.Partitions;

    /// <summary>Connects to the cluster and checks that the topic has the partitions that the options name.</summary>
    /// <exception cref="KafkaException">The cluster did not answer.</exception>
    /// <exception cref="InvalidOperationException">There is no such topic, or it has another number of partitions.</exception>
    public static KafkaSignals Open(KafkaSignalsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        IProducer<byte[]?, byte[]> producer = new ProducerBuilder<byte[]?, byte[]>(options.Validate().ToProducerConfig())
            .SetLogHandler(static (_, _) => { }) // it would write to the console; what fails, fails a call
            .Build();
        try
        {
            RequirePartitions(options, producer.Handle);
            return new KafkaSignals(options, producer);
        }
        catch
        {
            producer.Dispose();
            throw;
        }
    }

    /// <summary>The partition of a user.</summary>
    public int PartitionOf(UserId user) => PartitionHash.PartitionOf(user, _options.Partitions);

    /// <summary>Creates a writer of many events, which sends several in one record.</summary>
    public KafkaEventWriter CreateWriter() => new(this, _options.RecordBytes);

    /// <summary>Appends one event. For many events <see cref="CreateWriter"/> is faster.</summary>
    /// <exception cref="ProduceException{TKey, TValue}">Kafka did not acknowledge; whether the event is in the log is unknown.</exception>
    public Task<LogAck> AppendAsync(SingleEvent single)
    {
        ArgumentNullException.ThrowIfNull(single);
        ArrayBufferWriter<byte> frame = new(256);
        new EventFrameWriter().Write(single, frame);
        return SendAsync(RecordKind.Events, PartitionOf(single.User), PartitionHash.KeyOf(single.User), frame.WrittenSpan.ToArray());
    }

    /// <summary>
    /// Erases a user up to now: everything that the user's partition holds before this record is hidden on every replica, and so is what
    /// arrives later with an earlier time.
    /// </summary>
    /// <exception cref="ProduceException{TKey, TValue}">Kafka did not acknowledge; call it again.</exception>
    public Task<LogAck> EraseAsync(UserId user)
    {
        byte[] key = PartitionHash.KeyOf(user);
        return SendAsync(RecordKind.Erase, PartitionOf(user), key, key);
    }

    /// <summary>Imports a segment into one partition. All its users must belong to it.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="segment">A segment that the replicas' <see cref="ISegmentSource"/> can fetch from now on.</param>
    /// <exception cref="ProduceException{TKey, TValue}">Kafka did not acknowledge; call it again.</exception>
    public Task<LogAck> ImportAsync(int partition, SegmentReference segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, _options.Partitions);
        return SendAsync(RecordKind.Import, partition, key: null, segment.ToUtf8Json());
    }

    /// <summary>Registers a definition in every partition.</summary>
    /// <exception cref="ProduceException{TKey, TValue}">Kafka did not acknowledge in all partitions; call it again.</exception>
    public Task<LogAck[]> DefineAsync(SequenceDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return SendToAllAsync(RecordKind.Definition, definition.ToUtf8Json().ToArray());
    }

    /// <summary>
    /// Says in every partition that from here on stores need event types and columns. A store that lacks one stops before this record
    /// until it is opened with them.
    /// </summary>
    /// <param name="schema">What the stores need; of columns only the names count.</param>
    /// <exception cref="ProduceException{TKey, TValue}">Kafka did not acknowledge in all partitions; call it again.</exception>
    public Task<LogAck[]> RequireSchemaAsync(StoreSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            foreach (EventTypeSchema type in schema.EventTypes.Where(type => !type.IsDropped))
            {
                json.WriteStartArray(type.Name);
                foreach (ColumnSchema column in type.Columns.Where(column => !column.IsDropped))
                {
                    json.WriteStringValue(column.Name);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return SendToAllAsync(RecordKind.Schema, stream.ToArray());
    }

    /// <summary>Waits up to 10 s for what is under way, then closes the connections.</summary>
    public void Dispose()
    {
        _producer.Flush(DisposeTimeout);
        _producer.Dispose();
    }

    /// <summary>Sends one record and waits for its acknowledgement.</summary>
    internal async Task<LogAck> SendAsync(RecordKind kind, int partition, byte[]? key, byte[] value)
    {
        Message<byte[]?, byte[]> message = new() { Key = key, Value = value };
        if (kind != RecordKind.Events)
        {
            message.Headers = [new Header(PartitionLogFormat.KindHeader, PartitionLogFormat.NameOf(kind))];
        }

        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } parent } activity)
        {
            message.Headers ??= [];
            message.Headers.Add(PartitionLogFormat.TraceParentHeader, Encoding.UTF8.GetBytes(parent));
            if (activity.TraceStateString is { Length: > 0 } state)
            {
                message.Headers.Add(PartitionLogFormat.TraceStateHeader, Encoding.UTF8.GetBytes(state));
            }
        }

        DeliveryResult<byte[]?, byte[]> delivered = await _producer
            .ProduceAsync(new TopicPartition(_options.Topic, partition), message).ConfigureAwait(false);
        return new LogAck(partition, delivered.Offset.Value);
    }

    private Task<LogAck[]> SendToAllAsync(RecordKind kind, byte[] value) => Task.WhenAll(
        Enumerable.Range(0, _options.Partitions).Select(partition => SendAsync(kind, partition, key: null, value)));

    private static void RequirePartitions(KafkaSignalsOptions options, Handle handle)
    {
        using IAdminClient admin = new DependentAdminClientBuilder(handle).Build();
        TopicMetadata topic = admin.GetMetadata(options.Topic, options.OpenTimeout).Topics[0];
        if (topic.Error.IsError || topic.Partitions.Count != options.Partitions)
        {
            throw new InvalidOperationException(
                $"The topic '{options.Topic}' has {topic.Partitions.Count} partitions ({topic.Error.Reason}); the options say "
                    + $"{options.Partitions}. Create it with as many, and never add partitions: they would get users without history.");
        }
    }
}
