using System.Text;
using Confluent.Kafka;
using Signals.Kafka.Consuming;
using Signals.Kafka.Records;

namespace Signals.Kafka.Poison;

/// <summary>
/// Deals with poison records as the policy says. Thread contract: the run's thread. Invariant: after <see cref="Flush"/> everything
/// taken is kept, so the position may move past it. Lifetime: one run of a partition.
/// </summary>
internal sealed class PoisonDesk(PoisonPolicy policy, IPoisonSink sink, PartitionProgress progress) : IDisposable
{
    private bool _isDirty;

    public bool Stops => policy.Stops;

    /// <exception cref="PoisonRecordException">The policy is to stop.</exception>
    /// <exception cref="PoisonNotKeptException">There is no room for the record.</exception>
    public void Take(RecordBatch batch, in BufferedRecord record, string reason)
    {
        progress.CountPoison(record.Offset, reason);
        if (policy.Stops)
        {
            throw new PoisonRecordException(progress.Topic, progress.Partition, record.Offset, reason);
        }

        PoisonRecord poison = new(
            record.Offset,
            record.TimestampMs,
            record.UnknownKind ?? Encoding.UTF8.GetString(PartitionLogFormat.NameOf(record.Kind)),
            reason,
            CopyOf(batch, record.Key),
            CopyOf(batch, record.Value));
        try
        {
            sink.Keep(poison);
        }
        catch (Exception failure) when (IsOfSink(failure))
        {
            throw new PoisonNotKeptException(progress.Topic, progress.Partition, failure);
        }

        _isDirty = true;
    }

    /// <exception cref="PoisonNotKeptException">Something that was taken since the last flush is not kept.</exception>
    public void Flush(CancellationToken cancellationToken)
    {
        if (!_isDirty)
        {
            return;
        }

        _isDirty = false; // When it fails the run ends, and appends nothing of what was not kept.
        try
        {
            sink.Flush(cancellationToken);
        }
        catch (Exception failure) when (IsOfSink(failure))
        {
            throw new PoisonNotKeptException(progress.Topic, progress.Partition, failure);
        }
    }

    public void Dispose() => sink.Dispose();

    private static bool IsOfSink(Exception failure) =>
        failure is SignalsException or KafkaException or IOException or UnauthorizedAccessException;

    private static ReadOnlyMemory<byte>? CopyOf(RecordBatch batch, RecordBytes part) =>
        part.IsNull ? default(ReadOnlyMemory<byte>?) : batch.Arena[part].ToArray();
}
