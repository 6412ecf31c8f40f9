namespace Signals.Kafka;

/// <summary>A record that was kept because it could not be applied. Immutable.</summary>
/// <param name="Offset">Its offset in its partition.</param>
/// <param name="TimestampMs">Its time in Kafka, in milliseconds since 1970 UTC.</param>
/// <param name="Kind">What its header <c>signals-kind</c> said; <c>events</c> when it had none.</param>
/// <param name="Reason">Why it could not be applied.</param>
/// <param name="Key">Its key; null when it had none.</param>
/// <param name="Value">Its value; null when it had none.</param>
public sealed record PoisonRecord(
    long Offset, long TimestampMs, string Kind, string Reason, ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte>? Value);
