using System.Runtime.CompilerServices;

namespace Signals.Storage.Tables;

/// <summary>
/// An item that a <see cref="BlockCache"/> keeps in a slot of its owner. Thread contract: any thread; immutable apart from the
/// referenced bit, whose races are harmless. Lifetime: the memory is managed, so a thread that holds an item may read it even
/// after it was evicted.
/// </summary>
internal abstract class CachedItem
{
    private bool _referenced;

    /// <summary>Bytes of memory, as the cache counts them.</summary>
    public abstract long Bytes { get; }

    /// <summary>Whether the item was used since the cache last looked.</summary>
    protected bool IsReferenced
    {
        get => _referenced;
        init => _referenced = value;
    }

    /// <summary>
    /// Sets the referenced bit. It is written only when it is clear, so that the cache line of a hot item stays shared between
    /// cores.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MarkUsed()
    {
        if (!_referenced)
        {
            _referenced = true;
        }
    }

    /// <summary>Clears the referenced bit and returns its previous value.</summary>
    public bool TakeReferenced()
    {
        bool was = _referenced;
        _referenced = false;
        return was;
    }
}
