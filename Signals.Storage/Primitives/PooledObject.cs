namespace Signals.Storage.Primitives;

/// <summary>What an <see cref="AgingPool{T}"/> keeps: an object whose worth is the memory that it has grown to.</summary>
/// <remarks>
/// Thread contract: the members here belong to the pool; sizes may be read by the pool's upkeep beside the owner, who may be wrong by what
/// grows just then. Invariant: while it lies in the pool it refers to nothing but its own memory: no view, no table, no block.
/// </remarks>
internal abstract class PooledObject
{
    /// <summary>Bytes that it holds on to. Allocates nothing, for it is asked at each return of a large answer.</summary>
    public abstract long HeldBytes { get; }

    /// <summary>About as many bytes as its last use needed; cheap.</summary>
    public abstract long UsedBytes { get; }

    /// <summary>Bytes that the pool counts for it while it lies there.</summary>
    internal long CountedBytes { get; set; }

    /// <summary>The most that a use needed since the upkeep looked last.</summary>
    internal long PeakBytes { get; set; }

    /// <summary>Whether it was used since the upkeep looked last.</summary>
    internal bool WasUsed { get; set; }

    /// <summary>Looks of the upkeep at which it had not been used, one after the other; the upkeep's own.</summary>
    internal int IdleLooks { get; set; }

    /// <summary>Looks of the upkeep at which it was far larger than its uses needed, one after the other; the upkeep's own.</summary>
    internal int OutsizedLooks { get; set; }
}
