using Signals.Kafka.Poison;
using Signals.Kafka.Records;

namespace Signals.Kafka.Consuming;

/// <summary>
/// Applies the records that are not events: erasures, imports, definitions, schemas. What comes before such a record is acknowledged
/// before it is applied, and the position moves past it only afterwards. So a crash between the two applies it again, which changes
/// nothing.
/// </summary>
/// <remarks>Thread contract: the run's thread. Lifetime: one run.</remarks>
internal sealed class ControlRecords(
    SignalStore store, RecordWriter writer, SegmentImports imports, StoredDefinitions definitions, PoisonDesk desk,
    PartitionProgress progress)
{
    /// <exception cref="SchemaRequiredException">The store needs what it does not have.</exception>
    /// <exception cref="ReplicaUnfitException">This store or this host cannot apply a record that is right.</exception>
    /// <exception cref="PoisonRecordException">The record is refused and the policy is to stop.</exception>
    public void Apply(RecordBatch batch, in BufferedRecord record, CancellationToken cancellationToken)
    {
        EventGroup group = writer.Finish(cancellationToken);
        ReadOnlySpan<byte> value = batch.Arena[record.Value];
        string? refusal = record.Kind switch
        {
            RecordKind.Erase => Erase(value, record.TimestampMs, cancellationToken),
            RecordKind.Import => Import(value, record.Offset, cancellationToken),
            RecordKind.Definition => Define(group, value, record.Offset, cancellationToken),
            RecordKind.Schema => RequireSchema(value, record.Offset),
            _ => "a record of a kind that this version does not know",
        };
        if (refusal is not null)
        {
            desk.Take(batch, record, refusal);
        }

        try
        {
            writer.StorePosition(record.Offset + 1, cancellationToken);
        }
        catch (EventRejectedException refused)
        {
            throw StoreLimits.Unfit(progress, record.Offset, refused);
        }

        progress.CountApplied(records: 1, group.Count);
    }

    private string? Erase(ReadOnlySpan<byte> value, long timestampMs, CancellationToken cancellationToken)
    {
        if (!PartitionHash.TryReadKey(value, out UserId user))
        {
            return "an erasure whose value is not the 16 bytes of a user";
        }

        if (!PartitionLogFormat.IsTime(timestampMs))
        {
            return "an erasure without a time that a date can have";
        }

        // The time of the record, not of this machine: a replica that replays the erasure later must not hide more.
        DateTimeOffset upTo = DateTimeOffset.FromUnixTimeMilliseconds(timestampMs);
        store.EraseUpToAsync(user, upTo, cancellationToken).AsTask().GetAwaiter().GetResult();
        return null;
    }

    private string? Import(ReadOnlySpan<byte> value, long offset, CancellationToken cancellationToken) =>
        SegmentReference.TryParse(value.ToArray(), out SegmentReference? segment)
            ? imports.Import(segment!, offset, cancellationToken)
            : "an import whose value is not a reference to a segment";

    private string? Define(EventGroup group, ReadOnlySpan<byte> value, long offset, CancellationToken cancellationToken)
    {
        if (!definitions.CanStore)
        {
            throw new SchemaRequiredException(progress.Topic, progress.Partition, offset, [LogDefinitions.EventType]);
        }

        if (definitions.Parse(value) is not { } definition)
        {
            return "the definition is refused";
        }

        store.WaitUntilVisibleAsync(cancellationToken).GetAwaiter().GetResult(); // earlier definitions are read
        if (definitions.Contradicts(definition))
        {
            return "the definition contradicts an earlier one of the log";
        }

        definitions.Register(definition, offset);
        StoredDefinitions.Keep(group, definition, offset);
        return null;
    }

    private string? RequireSchema(ReadOnlySpan<byte> value, long offset) =>
        SchemaRecord.Missing(value.ToArray(), store.Schema) switch
        {
            null => "a schema whose value is not an object of lists of columns",
            { Count: 0 } => null,
            { } missing => throw new SchemaRequiredException(progress.Topic, progress.Partition, offset, missing),
        };
}
