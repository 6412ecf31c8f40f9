namespace Signals.Orleans.Replicas;

/// <summary>A record before which a replica stands while its store goes on answering. Immutable.</summary>
/// <param name="At">The position: everything before it is applied.</param>
/// <param name="Error">Which record it is, and why it is not applied.</param>
internal sealed record ReplicaStop(long At, Exception Error);
