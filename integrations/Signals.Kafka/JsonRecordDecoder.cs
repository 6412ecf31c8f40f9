using Signals.Kafka.Json;

namespace Signals.Kafka;

/// <summary>
/// Reads records that hold one event as a JSON object, or an array of such objects (docs/formats/partition-log.md#events-as-json). A
/// valid record makes no object per event.
/// </summary>
/// <remarks>Thread contract: one thread at a time.</remarks>
public sealed class JsonRecordDecoder : IRecordDecoder
{
    private JsonEventReader? _reader;

    /// <inheritdoc/>
    public bool TryDecode(in LogRecord record, RecordRows rows, out string reason)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (_reader is null || !ReferenceEquals(_reader.Schema, rows.Schema))
        {
            _reader = new JsonEventReader(rows.Schema);
        }

        reason = _reader.Problem(record.Value, rows) ?? "";
        return reason.Length == 0;
    }
}
