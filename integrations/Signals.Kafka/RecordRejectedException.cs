namespace Signals.Kafka;

/// <summary>A record holds something that no store may take. The record is dealt with as <see cref="PoisonPolicy"/> says.</summary>
/// <param name="reason">Why, in words that do not differ from record to record.</param>
public sealed class RecordRejectedException(string reason) : SignalsException(reason);
