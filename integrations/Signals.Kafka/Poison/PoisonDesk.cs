using System.Text;
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
    public void Take(RecordBatch batch, in BufferedRecord record, string reason)
    {
        progress.CountPoison(reason);
        if (policy.Stops)
        {
            throw new PoisonRecordException(progress.Topic, progress.Partition, record.Offset, reason);
        }

        sink.Keep(new PoisonRecord(
            record.Offset,
            record.TimestampMs,
            record.UnknownKind ?? Encoding.UTF8.GetString(PartitionLogFormat.NameOf(record.Kind)),
            reason,
            CopyOf(batch, record.Key),
            CopyOf(batch, record.Value)));
        _isDirty = true;
    }

    public void Flush(CancellationToken cancellationToken)
    {
        if (_isDirty)
        {
            sink.Flush(cancellationToken);
            _isDirty = false;
        }
    }

    public void Dispose() => sink.Dispose();

    private static ReadOnlyMemory<byte>? CopyOf(RecordBatch batch, RecordBytes part) =>
        part.IsNull ? default(ReadOnlyMemory<byte>?) : batch.Arena[part].ToArray();
}
