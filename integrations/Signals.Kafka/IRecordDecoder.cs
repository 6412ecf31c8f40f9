namespace Signals.Kafka;

/// <summary>Turns the records of a partition into events. You implement it for your own format.</summary>
/// <remarks>
/// Thread contract: one thread at a time; each partition has a decoder of its own. It must be deterministic: the same record and the
/// same schema give the same events, or replicas differ, and a record may be decoded more than once.
/// </remarks>
public interface IRecordDecoder
{
    /// <summary>Adds the events of one record. A record is taken as a whole: when it is refused, none of its events are stored.</summary>
    /// <param name="record">The record; its value is not empty.</param>
    /// <param name="rows">Receives the events.</param>
    /// <param name="reason">
    /// Why the record is no events, in words that do not differ from record to record, because records are counted by it; empty
    /// otherwise.
    /// </param>
    /// <returns>False when the record cannot be decoded. It is then dealt with as <see cref="PoisonPolicy"/> says.</returns>
    /// <exception cref="RecordRejectedException">The same as returning false; <see cref="RecordRows"/> throws it.</exception>
    /// <remarks>Any other exception stops the partition at this record, so nothing is skipped because of a fault of the decoder.</remarks>
    bool TryDecode(in LogRecord record, RecordRows rows, out string reason);
}
