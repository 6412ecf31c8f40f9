namespace Signals.Storage.Primitives;

/// <summary>An object that an <see cref="AgingPool{T}"/> keeps because of the memory that it has grown to.</summary>
/// <remarks>
/// Thread contract: the internal members belong to the pool. The pool's upkeep may read the sizes while the owner uses the
/// object; the value may then miss what is growing at that moment. Invariant: while the object is in the pool it refers to its
/// own memory only, never to a view, a table or a block.
/// </remarks>
internal abstract class PooledObject
{
    /// <summary>
    /// Bytes that the object holds. Must allocate nothing, because it is read at each return of a large answer.
    /// </summary>
    public abstract long HeldBytes { get; }

    /// <summary>About as many bytes as the last use needed. Must be cheap.</summary>
    public abstract long UsedBytes { get; }

    /// <summary>Bytes that the pool counts for the object while it keeps the object.</summary>
    internal long CountedBytes { get; set; }

    /// <summary>The most bytes that a use needed since the upkeep last looked.</summary>
    internal long PeakBytes { get; set; }

    /// <summary>Whether the object was used since the upkeep last looked.</summary>
    internal bool WasUsed { get; set; }

    /// <summary>How many consecutive looks of the upkeep found the object unused. Written by the upkeep only.</summary>
    internal int IdleLooks { get; set; }

    /// <summary>
    /// How many consecutive looks of the upkeep found the object far larger than its uses needed. Written by the upkeep only.
    /// </summary>
    internal int OutsizedLooks { get; set; }
}
