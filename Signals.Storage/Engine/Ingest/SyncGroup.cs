using Signals.Core.Ingest;

namespace Signals.Storage.Engine.Ingest;

/// <summary>
/// Gives producers a moment before a run of records is written and synced. A record that comes just behind the run would otherwise wait
/// for two syncs: the one that it missed, and its own.
/// </summary>
/// <remarks>
/// The moment is some ten microseconds, against a hundred and more of a sync. It ends early while waiting has brought nothing several
/// times in a row, as with one producer that waits for each record. Thread contract: the ingest thread. Lifetime: that of the store.
/// </remarks>
/// <param name="ring">The ring that the run lies in.</param>
/// <param name="maxRunBytes">What a run may hold.</param>
internal sealed class SyncGroup(ByteRing ring, int maxRunBytes)
{
    private const int SpinsPerLook = 27; // about a microsecond
    private const int LooksWithoutNews = 12;
    private const int MaxLooks = 96;
    private const int FruitlessBeforeRest = 8;
    private const int RestedRuns = 32;

    private int _fruitless;
    private int _rested;

    /// <summary>Whether the next run is written without waiting, because waiting brought nothing of late.</summary>
    internal bool Rests => _fruitless >= FruitlessBeforeRest && _rested < RestedRuns;

    /// <summary>The run, or a longer one that begins with it.</summary>
    public RingSpan Complete(RingSpan run)
    {
        if (run.Bytes.Length >= maxRunBytes)
        {
            return run; // there was no wait that could have been in vain
        }

        if (Rests)
        {
            _rested++;
            return run;
        }

        long begun = run.EndOffset;
        int idle = 0;
        for (int look = 0; look < MaxLooks && idle < LooksWithoutNews && run.Bytes.Length < maxRunBytes; look++)
        {
            Thread.SpinWait(SpinsPerLook);
            idle++;
            if (ring.TryPeekRun(maxRunBytes, out RingSpan longer) && longer.EndOffset > run.EndOffset)
            {
                run = longer;
                idle = 0;
            }
        }

        _fruitless = run.EndOffset > begun ? 0 : Math.Min(_fruitless + 1, FruitlessBeforeRest);
        _rested = 0;
        return run;
    }
}
