namespace Signals.Kafka;

/// <summary>
/// The log names a segment by a name that no storage may have, such as one that leads out of its folder. An <see cref="ISegmentSource"/>
/// throws it when the name alone decides, so that all replicas decide alike: the record is then dealt with as
/// <see cref="PoisonPolicy"/> says. For a segment that is not there yet, throw any other exception.
/// </summary>
/// <param name="message">What is wrong with the name.</param>
public sealed class SegmentNotAllowedException(string message) : SignalsException(message);
