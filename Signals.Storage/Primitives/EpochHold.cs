using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>A reader's stay inside a <see cref="ReadEpochs"/> that outlives the call that began it.</summary>
/// <remarks>
/// Thread contract: one thread at a time enters; any thread may leave. Invariant: the claimed slot is stored only here, and the
/// thread that leaves takes it out. So the slot is freed exactly once, no matter how often or from where a failed read is cleaned
/// up. Lifetime: reused; allocated together with the reader that owns it.
/// </remarks>
internal sealed class EpochHold
{
    private ReadEpochs? _epochs;
    private ReadEpochs? _last; // used by a planted bug only
    private int _slot;

    /// <summary>Whether a stay has begun and has not ended.</summary>
    public bool IsInside => Volatile.Read(ref _epochs) is not null;

    /// <summary>Begins a stay.</summary>
    /// <exception cref="InvalidOperationException">The previous stay has not ended.</exception>
    public void Enter(ReadEpochs epochs)
    {
        if (_epochs is not null)
        {
            throw new InvalidOperationException("The previous stay in the read epochs has not ended; call Leave first.");
        }

        _slot = epochs.Claim();
        Volatile.Write(ref _epochs, epochs);
    }

    /// <summary>Ends the stay. Does nothing when no stay has begun.</summary>
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
