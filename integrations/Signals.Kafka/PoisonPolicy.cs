using Confluent.Kafka;
using Signals.Kafka.Poison;

namespace Signals.Kafka;

/// <summary>
/// What happens to a record that no replica can apply: it cannot be decoded, is of an unknown kind, or has content that is not allowed.
/// Such records are always counted by reason. The position moves past one only after it was kept. What only this replica cannot apply is
/// never poison (<see cref="ReplicaUnfitException"/>).
/// </summary>
/// <remarks>
/// Immutable and safe to share. After a crash a record may be kept twice; its offset tells. All replicas should have the same policy.
/// </remarks>
public abstract class PoisonPolicy
{
    internal const long DefaultFileBytes = 1L << 30;

    private protected PoisonPolicy()
    {
    }

    /// <summary>The default: the partition stops before the record, with <see cref="PoisonRecordException"/>. Nothing is skipped.</summary>
    public static PoisonPolicy Stop { get; } = new StopPolicy();

    /// <summary>Whether the partition stops.</summary>
    internal virtual bool Stops => false;

    /// <summary>
    /// Keeps such records in a file for each partition, and goes on. Read it with <see cref="PoisonFile"/>. A file that is damaged between
    /// whole records is set aside, as <c>.damaged-1</c> to <c>.damaged-4</c>, and a new one begins. When all four names are taken, the
    /// partition stops.
    /// </summary>
    /// <param name="folder">The folder; it is created.</param>
    /// <param name="maxBytes">
    /// The largest size of a file, in bytes. When a record does not fit, the partition stops, so a flood cannot fill the disk. With the
    /// files that are set aside, a partition takes at most five times as much. What power cuts tore off is not counted.
    /// </param>
    public static PoisonPolicy ToFolder(string folder, long maxBytes = DefaultFileBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1 << 10);
        return new FilePolicy(Path.GetFullPath(folder), maxBytes);
    }

    /// <summary>
    /// Sends such records to another topic of the same cluster, with key, value and headers that say where each came from and why, and
    /// goes on.
    /// </summary>
    /// <param name="topic">The other topic.</param>
    public static PoisonPolicy ToTopic(string topic)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return new TopicPolicy(topic);
    }

    /// <summary>Opens what keeps the records of one partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="client">The settings of clients.</param>
    /// <param name="report">Takes what was wrong and was survived.</param>
    internal abstract IPoisonSink Open(TopicPartition partition, ClientConfig client, Action<Exception> report);
}
