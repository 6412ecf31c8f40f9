using System.Diagnostics;
using Signals.Core.Model;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Storage.Engine;

/// <summary>The active memtable and its replacement when it is full; holds ingest back while too many wait to be flushed, or too many tables to be merged.</summary>
/// <remarks>
/// Thread contract: <see cref="Freeze"/> by the ingest thread (or the opening thread); the flush side calls
/// <see cref="SignalRoom"/>; the counts may be read by any thread. A stall is a wait for the flush or for compaction, counted and timed.
/// Invariants: at most the given number of memtables is frozen, and none ends, or begins in the logs, before one older than it.
/// </remarks>
internal sealed class MemTableSet : IDisposable
{
    private readonly ViewState _view;
    private readonly MemArenaPool _pool;
    private readonly ChunkLayout[] _layouts;
    private readonly int _maxFrozen;
    private readonly TimeProvider _time;
    private readonly FailStop _failStop;
    private readonly ManualResetEventSlim _room = new(initialState: true);
    private readonly Lock _gate = new();
    private long _stalls; // guarded by _gate
    private long _tableStalls; // guarded by _gate; of them
    private TimeSpan _stallTime; // guarded by _gate; of the stalls that ended
    private long? _stallStart; // guarded by _gate; null unless stalled

    public MemTableSet(ViewState view, MemArenaPool pool, ChunkLayout[] layouts, int maxFrozen, TablePace pace, TimeProvider time, FailStop failStop)
    {
        _view = view;
        _pool = pool;
        _layouts = layouts;
        _maxFrozen = maxFrozen;
        Pace = pace;
        _time = time;
        _failStop = failStop;
        failStop.Failed += _ =>
        {
            // Nobody makes room any more.
            SignalRoom();
            pace.Look();
        };
    }

    /// <summary>Called after a memtable was frozen: starts the flush, or in a store without threads performs it.</summary>
    public Action OnFrozen { get; set; } = static () => { };

    /// <summary>What slows ingest when there are too many tables.</summary>
    public TablePace Pace { get; }

    /// <summary>Called when ingest begins to wait.</summary>
    public Action OnStallBegan { get; set; } = static () => { };

    /// <summary>Called with its duration when such a wait has ended.</summary>
    public Action<TimeSpan> OnStallEnded { get; set; } = static _ => { };

    /// <summary>
    /// Makes room at once, or throws; in a store without threads, where nobody else does. Null where waiting helps.
    /// </summary>
    public Action? MakeRoom { get; set; }

    /// <summary>Whether ingest waits for the flush now.</summary>
    public bool IsStalled
    {
        get
        {
            lock (_gate)
            {
                return _stallStart is not null;
            }
        }
    }

    /// <summary>Whether no other memtable may be frozen now.</summary>
    public bool IsFull => FrozenCount(_view.Current) >= _maxFrozen;

    public MemTable Active => _view.Current.Active;

    public long StallCount
    {
        get
        {
            lock (_gate)
            {
                return _stalls;
            }
        }
    }

    /// <summary>Stalls for compaction, among all.</summary>
    public long TableStallCount
    {
        get
        {
            lock (_gate)
            {
                return _tableStalls;
            }
        }
    }

    /// <summary>How long ingest was held back, a stall that still lasts included.</summary>
    public TimeSpan StallTime
    {
        get
        {
            lock (_gate)
            {
                return _stallTime + (_stallStart is long start ? _time.GetElapsedTime(start) : TimeSpan.Zero);
            }
        }
    }

    /// <summary>Freezes the active memtable and puts an empty one in its place, after waiting for room if there is none.</summary>
    /// <param name="endPosition">Stream position that it and all older ones cover.</param>
    /// <param name="log">The log that the next record is in; 0 without logs.</param>
    public void Freeze(long endPosition, ulong log)
    {
        WaitForRoom();
        MemTable next = new(_pool, _layouts) { FirstLog = log };
        Active.EndPosition = endPosition;
        _view.Replace(current => current.WithNewActive(next));
        AssertInvariants();
        OnFrozen();
    }

    /// <summary>Tells a waiting ingest thread to look again.</summary>
    public void SignalRoom() => _room.Set();

    public void Dispose() => _room.Dispose();

    private static int FrozenCount(ReadView current) => current.MemTables.Length - 1;

    /// <summary>Waits until another memtable may be frozen. The ingest thread's, or the opening thread's.</summary>
    /// <exception cref="StorePoisonedException">The store has failed: nobody makes room any more.</exception>
    public void WaitForRoom()
    {
        if (FrozenCount(_view.Current) >= _maxFrozen)
        {
            if (MakeRoom is not null)
            {
                MakeRoom();
                return;
            }

            Stall(0, WaitForFlush);
        }

        if (Pace.IsDue)
        {
            Stall(1, Pace.Wait);
        }
    }

    private void Stall(int forTables, Action wait)
    {
        lock (_gate)
        {
            _stalls++;
            _tableStalls += forTables;
            _stallStart = _time.GetTimestamp();
        }

        TimeSpan waited = TimeSpan.Zero;
        OnStallBegan();
        try
        {
            wait();
        }
        finally
        {
            lock (_gate)
            {
                waited = _time.GetElapsedTime(_stallStart.Value);
                _stallTime += waited;
                _stallStart = null;
            }

            OnStallEnded(waited);
        }
    }

    private void WaitForFlush()
    {
        while (FrozenCount(_view.Current) >= _maxFrozen)
        {
            _failStop.ThrowIfFailed();
            _room.Reset();
            if (FrozenCount(_view.Current) >= _maxFrozen && _failStop.Error is null)
            {
                _room.Wait();
            }
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        MemTable[] all = _view.Current.MemTables;
        Debug.Assert(all.Length - 1 <= _maxFrozen, "Too many memtables are frozen.");
        for (int i = 1; i < all.Length; i++)
        {
            Debug.Assert(i == 1 || all[i - 1].EndPosition >= all[i].EndPosition, "An older memtable ends later.");
            Debug.Assert(all[i - 1].FirstLog >= all[i].FirstLog, "An older memtable begins in a later log.");
        }
    }
}
