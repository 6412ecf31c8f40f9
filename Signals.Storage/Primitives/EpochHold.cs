using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>A reader's stay inside a <see cref="ReadEpochs"/> that outlives the call that began it.</summary>
/// <remarks>
/// Thread contract: one thread at a time enters; any thread may leave. Invariant: the slot that it claimed is written down nowhere else, and
/// whoever leaves takes it out, so that it is freed once however often and wherever a failed read is cleaned up. Lifetime: reused; allocated
/// with the reader that owns it.
/// </remarks>
internal sealed class EpochHold
{
    private ReadEpochs? _epochs;
    private ReadEpochs? _last; // of a planted bug
    private int _slot;

    /// <summary>Whether a stay has begun and not ended.</summary>
    public bool IsInside => Volatile.Read(ref _epochs) is not null;

    /// <summary>Enters.</summary>
    /// <exception cref="InvalidOperationException">The stay before has not ended.</exception>
    public void Enter(ReadEpochs epochs)
    {
        if (_epochs is not null)
        {
            throw new InvalidOperationException("The stay before has not ended; leave first.");
        }

        _slot = epochs.Claim();
        Volatile.Write(ref _epochs, epochs);
    }

    /// <summary>Leaves; does nothing when it is not inside.</summary>
    public void Leave()
    {
        if (PlantedBugs.Has(PlantedBugs.EpochSlotFreedTwice))
        {
            _last = _epochs ?? _last;
            _epochs = null;
            _last?.Free(_slot);
            return;
        }

        if (_epochs is not null && Interlocked.Exchange(ref _epochs, null) is ReadEpochs epochs)
        {
            epochs.Free(_slot);
        }
    }
}
