using Signals.Core.Ingest;

namespace Signals.Storage.Maintenance;

/// <summary>
/// Checks that the payload of an intact log entry holds records that are valid under a schema. Pure; any thread.
/// </summary>
internal static class RecordCheck
{
    /// <summary>Returns normally when every record can be applied.</summary>
    /// <exception cref="InvalidDataException">A record cannot be applied; the message says why.</exception>
    public static void Require(ReadOnlySpan<byte> records, StoreSchema schema)
    {
        RecordEnumerator walk = new(records);
        while (walk.MoveNext())
        {
            switch (walk.Header.Kind)
            {
                case RecordKind.Events:
                    RequireBatch(walk.Current, walk.Header, schema);
                    break;
                case RecordKind.Erase:
                    EraseRecord.Read(walk.Current);
                    break;
                case RecordKind.Group:
                    RequireBatches(GroupRecordReader.Open(walk.Current).Records, schema);
                    break;
                default:
                    throw new InvalidDataException($"A record of kind {walk.Header.Kind} is unknown to this version.");
            }
        }
    }

    private static void RequireBatches(ReadOnlySpan<byte> records, StoreSchema schema)
    {
        RecordEnumerator walk = new(records);
        while (walk.MoveNext())
        {
            RequireBatch(walk.Current, walk.Header, schema);
        }
    }

    private static void RequireBatch(ReadOnlySpan<byte> record, RecordHeader header, StoreSchema schema)
    {
        if (header.Kind != RecordKind.Events || header.TypeId >= schema.EventTypes.Count)
        {
            throw new InvalidDataException(
                $"A record of kind {header.Kind} and event type {header.TypeId} is not a batch of events; "
                + $"the schema has {schema.EventTypes.Count} types.");
        }

        BatchRecordReader.Open(record, schema.EventTypes[header.TypeId]).Validate();
    }
}
