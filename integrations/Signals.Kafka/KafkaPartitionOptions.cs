using Confluent.Kafka;
using Signals.Enrichment;

namespace Signals.Kafka;

/// <summary>The settings of a <see cref="KafkaPartition"/>. Immutable and safe to share among partitions.</summary>
public sealed record KafkaPartitionOptions
{
    /// <summary>The addresses of some brokers, as <c>bootstrap.servers</c>. Required.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>
    /// More settings of the client, by the names of librdkafka, such as <c>security.protocol</c>. The partition sets by itself what it
    /// depends on: no group assignment, no commits of its own accord, no reset of offsets.
    /// </summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>Makes the decoder of a partition; each partition has its own. The default reads event frames.</summary>
    public Func<IRecordDecoder> Decoder { get; init; } = static () => new FrameRecordDecoder();

    /// <summary>What happens to records that cannot be applied. The default stops before the first one.</summary>
    public PoisonPolicy Poison { get; init; } = PoisonPolicy.Stop;

    /// <summary>
    /// Which topic of that name it is. The default, none, asks the cluster: for the topic's id, or for the cluster's id when there are
    /// no topic ids. Give it when the cluster cannot tell, as the broker for tests cannot.
    /// </summary>
    public SourceIncarnation Incarnation { get; init; }

    /// <summary>
    /// Lets a store without a position begin at the first record that the topic still has. The default, false, refuses when earlier
    /// records are gone, because such a store lacks them for good.
    /// </summary>
    public bool StartWithoutHistory { get; init; }

    /// <summary>Where segments come from that the log imports; null when it imports none.</summary>
    public ISegmentSource? Segments { get; init; }

    /// <summary>
    /// The folder into which segments are fetched before they are imported; it is created. Null, the default, for the folder of the
    /// system for temporary files. It needs room for one segment, and each partition uses a folder of its own in it.
    /// </summary>
    public string? StagingFolder { get; init; }

    /// <summary>The enrichers and filters that definitions of the log may name.</summary>
    public EnrichmentCatalog Enrichment { get; init; } = new();

    /// <summary>
    /// The name of a consumer group whose offsets show the position to Kafka's own tools; null, the default, for none. The position
    /// itself is in the store, and the group's offsets are never read.
    /// </summary>
    public string? LagGroup { get; init; }

    /// <summary>The most records that are applied together. From 1 to 1,000,000, default 8,192.</summary>
    public int MaxBatchRecords { get; init; } = 8_192;

    /// <summary>
    /// How many events are applied together before the next record begins another group. From 1 to 500,000, default 8,192.
    /// </summary>
    public int MaxBatchEvents { get; init; } = 8_192;

    /// <summary>The bytes of keys and values that are applied together. From 1 KiB to 64 MiB, default 512 KiB.</summary>
    public int MaxBatchBytes { get; init; } = 512 << 10;

    /// <summary>
    /// How far an event's time may be after the time of its record. Default 1 day. The store's own limit is by its clock, so open the
    /// store with a wider one, or the partition stops with <see cref="ReplicaUnfitException"/> when it reads old records.
    /// </summary>
    public TimeSpan MaxFutureTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How far an event's time may be before the time of its record. Default 18,000 days. As <see cref="MaxFutureTime"/>.
    /// </summary>
    public TimeSpan MaxPastTime { get; init; } = TimeSpan.FromDays(18_000);

    /// <summary>How long the store may have no room before fetching is paused. From zero to 1 hour, default 200 ms.</summary>
    public TimeSpan PauseAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The time between two attempts at what has failed. From 1 ms to 1 hour, default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Everything that is wrong with the settings, in words; empty when they are valid.</summary>
    public IReadOnlyList<string> GetErrors()
    {
        List<string> errors = [];
        Require(!string.IsNullOrWhiteSpace(BootstrapServers), nameof(BootstrapServers), BootstrapServers, "the addresses of brokers");
        Require(MaxBatchRecords is >= 1 and <= 1_000_000, nameof(MaxBatchRecords), MaxBatchRecords, "from 1 to 1,000,000");
        Require(MaxBatchEvents is >= 1 and <= 500_000, nameof(MaxBatchEvents), MaxBatchEvents, "from 1 to 500,000");
        Require(MaxBatchBytes is >= 1 << 10 and <= 64 << 20, nameof(MaxBatchBytes), MaxBatchBytes, "from 1 KiB to 64 MiB");
        Require(MaxFutureTime >= TimeSpan.Zero, nameof(MaxFutureTime), MaxFutureTime, "at least zero");
        Require(MaxPastTime > TimeSpan.Zero, nameof(MaxPastTime), MaxPastTime, "more than zero");
        Require(PauseAfter >= TimeSpan.Zero && PauseAfter <= TimeSpan.FromHours(1), nameof(PauseAfter), PauseAfter, "from zero to 1 hour");
        Require(
            RetryDelay >= TimeSpan.FromMilliseconds(1) && RetryDelay <= TimeSpan.FromHours(1),
            nameof(RetryDelay), RetryDelay, "from 1 ms to 1 hour");
        Require(StagingFolder is not "", nameof(StagingFolder), "empty", "a folder, or null");
        Require(LagGroup is not "", nameof(LagGroup), "empty", "a name, or null");
        return errors;

        void Require(bool holds, string name, object value, string expected)
        {
            if (!holds)
            {
                errors.Add(string.Create(null, $"{name} is {value}; it must be {expected}."));
            }
        }
    }

    internal KafkaPartitionOptions Validate()
    {
        IReadOnlyList<string> errors = GetErrors();
        return errors.Count == 0 ? this : throw new ArgumentException(string.Join(' ', errors));
    }

    /// <summary>The client's settings without those of a consumer or a producer.</summary>
    internal ClientConfig ToClientConfig() =>
        new(new Dictionary<string, string>(Client, StringComparer.Ordinal)) { BootstrapServers = BootstrapServers };
}
