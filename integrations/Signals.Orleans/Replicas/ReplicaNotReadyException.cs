namespace Signals.Orleans.Replicas;

/// <summary>A replica cannot give this answer now; another one may. The message says why.</summary>
internal sealed class ReplicaNotReadyException(string message, Exception? innerException = null) : SignalsException(message, innerException)
{
}
