namespace Signals.Kafka;

/// <summary>
/// Reads records that hold one or more event frames, one after the other (docs/formats/event-frame.md). <see cref="KafkaSignals"/>
/// writes such records. A valid record allocates nothing.
/// </summary>
/// <remarks>Thread contract: one thread at a time.</remarks>
public sealed class FrameRecordDecoder : IRecordDecoder
{
    private EventFrameDecoder? _frames;
    private StoreSchema? _schema;

    /// <inheritdoc/>
    public bool TryDecode(in LogRecord record, RecordRows rows, out string reason)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (_frames is null || !ReferenceEquals(_schema, rows.Schema))
        {
            _schema = rows.Schema;
            _frames = new EventFrameDecoder(rows.Schema);
        }

        ReadOnlySpan<byte> rest = record.Value;
        reason = "";
        while (!rest.IsEmpty)
        {
            switch (_frames.TryRead(rest, out EventFrame frame, out reason))
            {
                case FrameReadResult.Event:
                    if (!frame.TryCopyFields(rows.Add(frame.EventType, frame.User, frame.TimeMs, frame.Id), out reason))
                    {
                        rows.Forget();
                        return false;
                    }

                    rest = rest[frame.Length..];
                    break;
                case FrameReadResult.Skipped: // a replica that still has the event type takes such a record, so this one does
                    rows.PassOver(frame.User, frame.TimeMs);
                    rest = rest[frame.Length..];
                    break;
                case FrameReadResult.NeedsMore:
                    reason = "the record ends inside a frame";
                    return false;
                default:
                    return false;
            }
        }

        reason = "";
        return true;
    }
}
