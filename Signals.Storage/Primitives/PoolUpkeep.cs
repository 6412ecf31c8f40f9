namespace Signals.Storage.Primitives;

/// <summary>Ages the pools of a store for as long as somebody uses them.</summary>
/// <remarks>Thread contract: any thread. Lifetime: one per reader of a store; it keeps no pool alive.</remarks>
internal sealed class PoolUpkeep
{
    private readonly Lock _gate = new();
    private readonly List<WeakReference<IAgingPool>> _pools = []; // guarded by _gate

    /// <summary>Takes a pool into care.</summary>
    public TPool Add<TPool>(TPool pool)
        where TPool : class, IAgingPool
    {
        lock (_gate)
        {
            _pools.RemoveAll(held => !held.TryGetTarget(out _));
            _pools.Add(new WeakReference<IAgingPool>(pool));
        }

        return pool;
    }

    /// <summary>Ages each pool once.</summary>
    public void Age()
    {
        lock (_gate)
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
