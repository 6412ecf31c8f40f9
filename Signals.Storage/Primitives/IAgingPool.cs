namespace Signals.Storage.Primitives;

/// <summary>A pool that lets go of objects that are no longer needed. Thread contract: see each implementation.</summary>
internal interface IAgingPool
{
    /// <summary>Ages the pool by one step. Called about once a second, by one thread at a time.</summary>
    void Age();
}
