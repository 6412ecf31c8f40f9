using System.Diagnostics;
using Signals.Storage.Engine.Views;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine.Flushing;

/// <summary>
/// Slows ingest down while there are more tables than a store should have and compaction still has work that makes them fewer. Each full
/// memtable then waits for compaction, but not longer than a given time, so ingest never stops.
/// </summary>
/// <remarks>
/// Thread contract: <see cref="Wait"/> by the ingest thread; everything else by any thread. Nobody waits before <see cref="Start"/>,
/// because there is no compaction yet, after <see cref="End"/>, or once the store has failed. Lifetime: that of the store.
/// </remarks>
/// <param name="view">The tables.</param>
/// <param name="mostTables">How many there may be without a wait.</param>
/// <param name="longest">How long a memtable waits at most; ten times as long with ten times as many tables.</param>
/// <param name="failStop">Ends every wait when the store fails.</param>
internal sealed class TablePace(ViewState view, int mostTables, TimeSpan longest, FailStop failStop) : IDisposable
{
    private const int LongestFactor = 10;

    private readonly ManualResetEventSlim _changed = new(initialState: false);
    private bool _isRunning; // volatile
    private long _added; // interlocked; how often tables came
    private long _settled; // volatile; how often they had come when compaction last found nothing to do

    /// <summary>Whether the next full memtable has to wait.</summary>
    public bool IsDue => Volatile.Read(ref _isRunning)
        && failStop.Error is null
        && Tables > mostTables
        && Volatile.Read(ref _settled) < Interlocked.Read(ref _added);

    /// <summary>How often tables came so far. Compaction reads it before it looks for work.</summary>
    public long Added => Interlocked.Read(ref _added);

    private int Tables => view.Current.Tables.Tables.Count;

    /// <summary>Begins: from now on there is a compaction to wait for.</summary>
    public void Start() => Volatile.Write(ref _isRunning, true);

    /// <summary>Ends the wait under way and all later ones.</summary>
    public void End()
    {
        Volatile.Write(ref _isRunning, false);
        _changed.Set();
    }

    /// <summary>Notes that tables came, so compaction may have work.</summary>
    public void CountAdded() => Interlocked.Increment(ref _added);

    /// <summary>Tells a waiting ingest thread to look again: there may be fewer tables now.</summary>
    public void WakeWaiters() => _changed.Set();

    /// <summary>Notes that compaction found nothing to do.</summary>
    /// <param name="added">The value of <see cref="Added"/> before it looked.</param>
    public void MarkSettled(long added)
    {
        Volatile.Write(ref _settled, added);
        AssertInvariants();
        _changed.Set();
    }

    /// <summary>Waits until compaction has caught up, or as long as a memtable waits at most.</summary>
    public void Wait()
    {
        double factor = Math.Clamp(Tables / (double)Math.Max(1, mostTables), 1, LongestFactor);
        long end = Environment.TickCount64 + (long)(longest.TotalMilliseconds * factor);
        while (true)
        {
            AssertInvariants();
            _changed.Reset();
            long left = end - Environment.TickCount64;
            if (!IsDue || left <= 0)
            {
                return;
            }

            _changed.Wait((int)left);
        }
    }

    public void Dispose() => _changed.Dispose();

    // The count that compaction settled is read first: the other one only grows.
    [Conditional("DEBUG")]
    private void AssertInvariants() => Debug.Assert(
        Volatile.Read(ref _settled) <= Interlocked.Read(ref _added),
        "Compaction is done with tables that did not come, so no wait would begin when they do.");
}
