namespace Signals.Kafka;

/// <summary>
/// The topic is not the one whose position the store has: it was made anew, or another cluster answers. Its offsets mean other records,
/// so nothing was read.
/// </summary>
public sealed class TopicChangedException : SignalsException
{
    internal TopicChangedException(string topic, int partition, SourcePosition known, SourceIncarnation incarnation, long endOffset)
        : base(
            $"The store has the position {known.Position} of {topic}/{partition} (incarnation {known.Incarnation}), but the topic that "
                + $"answers ends at {endOffset} (incarnation {incarnation}): it was made anew, or another cluster answers. Correct the "
                + $"addresses; or, if the new topic takes over, call {nameof(SignalStore)}.{nameof(SignalStore.ResetSourceAsync)}("
                + $"\"{known.Source}\", {nameof(TopicChangedException)}.{nameof(Incarnation)}), which lets it be read from its beginning.")
    {
        (Topic, Partition, Position, EndOffset, Incarnation) = (topic, partition, known.Position, endOffset, incarnation);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition { get; }

    /// <summary>The position that the store has.</summary>
    public long Position { get; }

    /// <summary>The offset at which the topic that answers ends; -1 when it was not asked for.</summary>
    public long EndOffset { get; }

    /// <summary>The incarnation of the topic that answers.</summary>
    public SourceIncarnation Incarnation { get; }
}
