namespace Signals.Orleans.Wire;

/// <summary>
/// Bytes that should be a served answer are none. The message says where they break the format. The reader treats it like a
/// replica that cannot answer.
/// </summary>
internal sealed class ServedColumnsException(string message) : SignalsException(message)
{
}
