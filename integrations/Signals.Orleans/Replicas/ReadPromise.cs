namespace Signals.Orleans.Replicas;

/// <summary>What an answer that is read after this was made holds at least. Immutable.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">It holds everything below.</param>
/// <param name="Role">What the replica is.</param>
/// <param name="Proof">What is proven about how late it is.</param>
/// <param name="IsLocal">Whether the caller is in this process.</param>
internal readonly record struct ReadPromise(int Partition, long Position, ReplicaRole Role, LagProof Proof, bool IsLocal)
{
    /// <summary>How late the replica is at a moment of the clock; null when nothing is known.</summary>
    public TimeSpan? LagAt(long moment, StampClock clock) => Proof.IsKnown ? clock.Between(Proof.Since, moment) : null;

    /// <summary>The answer that is received at a moment of the clock.</summary>
    public ClusterAnswer At(long moment, StampClock clock, TimeSpan completeWithin) =>
        new(Partition, Position, Role, Proof.Records, LagAt(moment, clock), completeWithin, IsLocal);
}
