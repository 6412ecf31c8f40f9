using System.Diagnostics;
using Signals.Storage.Engine.Views;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine.Flushing;

/// <summary>
/// The memtables that wait for their flush. Holds ingest back while there are too many of them, or too many tables that wait for
/// compaction, and counts how often and how long.
/// </summary>
/// <remarks>
/// Thread contract: <see cref="WaitForRoom"/> by the ingest thread, or the opening thread before there is one; everything else by
/// any thread. Invariant: at most one thread waits. Lifetime: that of the store; a store that fails ends every wait.
/// </remarks>
internal sealed class FrozenMemTables : IDisposable
{
    private readonly ViewState _view;
    private readonly TimeProvider _time;
    private readonly FailStop _failStop;
    private readonly ManualResetEventSlim _room = new(initialState: true);
    private readonly Lock _lock = new();
    private long _stalls; // guarded by _lock
    private long _tableStalls; // guarded by _lock; those of _stalls that were for compaction
    private TimeSpan _stallTime; // guarded by _lock; of the stalls that ended
    private long? _stallStart; // guarded by _lock; null unless ingest waits now

    /// <param name="view">The memtables and tables of now.</param>
    /// <param name="most">How many memtables may wait.</param>
    /// <param name="pace">What slows ingest when there are too many tables.</param>
    /// <param name="time">The clock that stalls are measured with.</param>
    /// <param name="failStop">Ends every wait when the store fails.</param>
    public FrozenMemTables(ViewState view, int most, TablePace pace, TimeProvider time, FailStop failStop)
    {
        _view = view;
        Most = most;
        Pace = pace;
        _time = time;
        _failStop = failStop;
        failStop.Failed += _ =>
        {
            // From now on nobody makes room.
            SignalRoom();
            pace.WakeWaiters();
        };
    }

    /// <summary>Raised when ingest begins to wait, on the thread that waits.</summary>
    public event Action? StallBegan;

    /// <summary>Raised when such a wait has ended, with its duration.</summary>
    public event Action<TimeSpan>? StallEnded;

    /// <summary>How many memtables may wait.</summary>
    public int Most { get; }

    /// <summary>What slows ingest when there are too many tables.</summary>
    public TablePace Pace { get; }

    /// <summary>Whether no other memtable may be frozen now.</summary>
    public bool IsFull => _view.Current.MemTables.Length - 1 >= Most;

    /// <summary>Whether ingest waits now.</summary>
    public bool IsStalled
    {
        get
        {
            lock (_lock)
            {
                return _stallStart is not null;
            }
        }
    }

    /// <summary>How often ingest waited.</summary>
    public long StallCount
    {
        get
        {
            lock (_lock)
            {
                return _stalls;
            }
        }
    }

    /// <summary>How often of these it waited for compaction.</summary>
    public long TableStallCount
    {
        get
        {
            lock (_lock)
            {
                return _tableStalls;
            }
        }
    }

    /// <summary>How long ingest was held back, including a wait that still lasts.</summary>
    public TimeSpan StallTime
    {
        get
        {
            lock (_lock)
            {
                return _stallTime + (_stallStart is long start ? _time.GetElapsedTime(start) : TimeSpan.Zero);
            }
        }
    }

    /// <summary>The memtable that is flushed next, and the one that was frozen after it or is active; false when none waits.</summary>
    public bool TryGetOldest(out MemTable oldest, out MemTable next)
    {
        MemTable[] all = _view.Current.MemTables;
        oldest = all[^1];
        next = all[Math.Max(0, all.Length - 2)];
        return all.Length > 1;
    }

    /// <summary>Waits until another memtable may be frozen.</summary>
    /// <exception cref="StorePoisonedException">The store has failed: nobody makes room any more.</exception>
    public void WaitForRoom()
    {
        if (IsFull)
        {
            Stall(isForTables: false, WaitForFlush);
        }

        if (Pace.IsDue)
        {
            Stall(isForTables: true, Pace.Wait);
        }
    }

    /// <summary>Tells a waiting ingest thread to look again.</summary>
    public void SignalRoom() => _room.Set();

    public void Dispose() => _room.Dispose();

    private void Stall(bool isForTables, Action wait)
    {
        lock (_lock)
        {
            AssertInvariants();
            _stalls++;
            _tableStalls += isForTables ? 1 : 0;
            _stallStart = _time.GetTimestamp();
        }

        TimeSpan waited = TimeSpan.Zero;
        StallBegan?.Invoke();
        try
        {
            wait();
        }
        finally
        {
            lock (_lock)
            {
                waited = _time.GetElapsedTime(_stallStart.Value);
                _stallTime += waited;
                _stallStart = null;
                AssertInvariants();
            }

            StallEnded?.Invoke(waited);
        }
    }

    private void WaitForFlush()
    {
        while (IsFull)
        {
            _failStop.ThrowIfFailed();
            _room.Reset();
            if (IsFull && _failStop.Error is null)
            {
                _room.Wait();
            }
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(_stallStart is null, "Two threads wait for room.");
        Debug.Assert(_tableStalls <= _stalls, "There are more waits for compaction than waits.");
    }
}
