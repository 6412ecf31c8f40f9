namespace Signals.Orleans.Replicas;

/// <summary>Where a replica stands, if a record stops it. The feed sets it, and who finds the feed further lifts it.</summary>
/// <remarks>Thread contract: any thread. Lifetime: that of the replica.</remarks>
internal sealed class StopMark
{
    private ReplicaStop? _stop;

    /// <summary>The stop; null while no record stops the replica.</summary>
    public ReplicaStop? Current => Volatile.Read(ref _stop);

    /// <summary>A record stops the replica.</summary>
    /// <returns>Whether it is another place than the last one; an attempt that ended at the same place is no news.</returns>
    public bool Set(ReplicaStop stop) => Interlocked.Exchange(ref _stop, stop)?.At != stop.At;

    /// <summary>The replica is further than a stop that was read before. One that has come since stays.</summary>
    public void Lift(ReplicaStop seen) => Interlocked.CompareExchange(ref _stop, null, seen);

    /// <summary>The store is opened anew.</summary>
    public void Clear() => Volatile.Write(ref _stop, null);
}
