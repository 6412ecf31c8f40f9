namespace Signals.Storage.Primitives;

/// <summary>A pool that lets go of what nobody needs any more. Threads: as each says.</summary>
internal interface IAgingPool
{
    /// <summary>Looks once; called about once a second by one thread at a time.</summary>
    void Age();
}
