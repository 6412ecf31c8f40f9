using System.Runtime.CompilerServices;

namespace Signals.Storage.Tables;

/// <summary>
/// Something that a <see cref="BlockCache"/> holds in a slot of its owner. Threads: any; immutable but for the referenced bit, whose races are
/// harmless. Memory is managed: whoever holds an item may read it, evicted or not.
/// </summary>
internal abstract class CachedItem
{
    private bool _referenced;

    /// <summary>Memory held, as the cache counts it.</summary>
    public abstract long Bytes { get; }

    /// <summary>Whether the item was used since the cache looked last.</summary>
    protected bool IsReferenced
    {
        get => _referenced;
        init => _referenced = value;
    }

    /// <summary>Sets the referenced bit; writes only when it is clear, so hot items stay shared between caches of cores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch()
    {
        if (!_referenced)
        {
            _referenced = true;
        }
    }

    /// <summary>Clears the referenced bit and returns what it was.</summary>
    public bool TakeReferenced()
    {
        bool was = _referenced;
        _referenced = false;
        return was;
    }
}
