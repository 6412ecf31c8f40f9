using Confluent.Kafka;

namespace Signals.Kafka;

/// <summary>The settings of <see cref="KafkaSignals"/>. Immutable and safe to share.</summary>
public sealed record KafkaSignalsOptions
{
    /// <summary>The addresses of some brokers, as <c>bootstrap.servers</c>. Required.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The topic. Required.</summary>
    public required string Topic { get; init; }

    /// <summary>
    /// How many partitions the topic has. Required, because a user's partition follows from it: a topic that gets more partitions later
    /// sends users to partitions that do not have their history.
    /// </summary>
    public required int Partitions { get; init; }

    /// <summary>
    /// More settings of the client, by the names of librdkafka. Acknowledgement by all replicas and idempotence are always set.
    /// </summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// How many bytes of frames <see cref="KafkaEventWriter"/> gathers in one record at most; only an event that is larger by itself makes
    /// a larger record. From 1 byte to 900,000, default 65,536. A broker accepts about 1 MB by default. A record also ends before its
    /// events could take more than 768 KiB in a store, so a store with <see cref="StoreOptions.MaxBatchBytes"/> of 1 MiB or more takes it.
    /// </summary>
    public int RecordBytes { get; init; } = 65_536;

    /// <summary>How long <see cref="KafkaSignals.Open"/> waits for the cluster. Default 10 s.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    internal KafkaSignalsOptions Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(BootstrapServers);
        ArgumentException.ThrowIfNullOrWhiteSpace(Topic);
        ArgumentOutOfRangeException.ThrowIfLessThan(Partitions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RecordBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RecordBytes, 900_000);
        return this;
    }

    internal ProducerConfig ToProducerConfig() => new(new Dictionary<string, string>(Client, StringComparer.Ordinal))
    {
        BootstrapServers = BootstrapServers,
        Acks = Acks.All,
        EnableIdempotence = true,
    };
}
