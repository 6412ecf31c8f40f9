namespace Signals.Storage.Primitives;

/// <summary>
/// A reader's stay inside a <see cref="ReadEpochs"/> that ends with the block that began it:
/// <c>using EpochScope inside = epochs.Enter();</c>
/// </summary>
/// <remarks>
/// Thread contract: the thread that entered. Invariant: the scope is the only owner of its slot and frees it once. It is a ref
/// struct, so it cannot be kept in a field. For a stay that outlives a call, use <see cref="EpochHold"/>.
/// </remarks>
internal ref struct EpochScope
{
    private readonly ReadEpochs _epochs;
    private int _slot;

    internal EpochScope(ReadEpochs epochs)
    {
        _epochs = epochs;
        _slot = epochs.Claim();
    }

    /// <summary>Ends the stay. A second call does nothing.</summary>
    public void Dispose()
    {
        if (_slot >= 0)
        {
            _epochs.Free(_slot);
            _slot = -1;
        }
    }
}
