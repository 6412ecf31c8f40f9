namespace Signals.Bench.Candidates;

/// <summary>A peer is not available on this machine. The message says why. The comparison goes on without it.</summary>
internal sealed class PeerMissingException(string message) : Exception(message);
