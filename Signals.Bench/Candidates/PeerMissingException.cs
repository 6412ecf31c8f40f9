namespace Signals.Bench.Candidates;

/// <summary>A peer cannot be had on this machine; the message says why. The comparison goes on without it.</summary>
internal sealed class PeerMissingException(string message) : Exception(message);
