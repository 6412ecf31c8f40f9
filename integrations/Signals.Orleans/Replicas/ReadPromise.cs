namespace Signals.Orleans.Replicas;

/// <summary>What an answer that is read after this was made holds at least. Immutable.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">It holds everything below.</param>
/// <param name="Role">What the replica is.</param>
/// <param name="Proof">What is proven about how late it is.</param>
/// <param name="IsLocal">Whether the caller is in this process.</param>
internal readonly record struct ReadPromise(int Partition, long Position, ReplicaRole Role, LagProof Proof, bool IsLocal)
{
    /// <summary>How late the replica is at a moment, as the time provider counts; null when nothing is known.</summary>
    public TimeSpan? LagAt(long moment, TimeProvider time) => Proof.IsKnown ? time.GetElapsedTime(Proof.Since, moment) : null;

    /// <summary>The answer that is received at a moment.</summary>
    public ClusterAnswer At(long moment, TimeProvider time, TimeSpan completeWithin)
    {
        TimeSpan? lag = LagAt(moment, time);
        return new ClusterAnswer
        {
            Partition = Partition,
            Position = Position,
            Role = Role,
            LagRecords = Proof.Records,
            Lag = lag,
            IsComplete = lag <= completeWithin,
            IsLocal = IsLocal,
        };
    }
}
