namespace Signals.Storage.Primitives;

/// <summary>Ages the pools of a store for as long as they are in use.</summary>
/// <remarks>
/// Thread contract: any thread. Lifetime: one per reader of a store. It holds only weak references, so it keeps no pool alive.
/// </remarks>
internal sealed class PoolUpkeep
{
    private readonly Lock _lock = new();
    private readonly List<WeakReference<IAgingPool>> _pools = []; // guarded by _lock

    /// <summary>Adds a pool to those that are aged.</summary>
    public TPool Add<TPool>(TPool pool)
        where TPool : class, IAgingPool
    {
        lock (_lock)
        {
            _pools.RemoveAll(held => !held.TryGetTarget(out _));
            _pools.Add(new WeakReference<IAgingPool>(pool));
        }

        return pool;
    }

    /// <summary>Ages each pool once.</summary>
    public void Age()
    {
        lock (_lock)
        {
            foreach (WeakReference<IAgingPool> held in _pools)
            {
                if (held.TryGetTarget(out IAgingPool? pool))
                {
                    pool.Age();
                }
            }
        }
    }
}
