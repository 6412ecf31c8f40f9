using System.Diagnostics.CodeAnalysis;

namespace Signals.Storage.MemTables;

/// <summary>Keeps arenas of one size for reuse, so that ingest touches no fresh memory in steady state.</summary>
/// <remarks>
/// Thread contract: any thread. Lifetime: one per store; an arena that is returned after dispose is freed at once.
/// </remarks>
internal sealed class MemArenaPool(long arenaBytes, int keep) : IDisposable
{
    private const int FewestIndexSlots = 1 << 13;

    private readonly Lock _lock = new();
    private readonly Stack<MemArena> _free = new(); // guarded by _lock
    private bool _disposed; // guarded by _lock
    private int _live;
    private MemArena? _newest; // guarded by _lock; the arena that was rented last
    private long _rents; // guarded by _lock
    private int _indexSlots = FewestIndexSlots;

    /// <summary>Number of arenas that exist, in use or kept.</summary>
    public int LiveCount => Volatile.Read(ref _live);

    public long ArenaBytes => arenaBytes;

    /// <summary>
    /// The number of slots that the index of a new memtable starts with: as many as earlier memtables needed, and few in a store
    /// that has taken few events.
    /// </summary>
    public int IndexSlots
    {
        get => Volatile.Read(ref _indexSlots);
        set => Volatile.Write(ref _indexSlots, value);
    }

    public MemArena Rent()
    {
        lock (_lock)
        {
            _rents++;
            return _newest = _free.TryPop(out MemArena? arena) ? arena : MakeLocked();
        }
    }

    /// <summary>
    /// Makes sure that one touched arena is ready, so that the next <see cref="Rent"/> costs nothing. For a background thread.
    /// Does nothing until the first arena fills up, so that a store with few events holds only one arena.
    /// </summary>
    public void Prepare()
    {
        lock (_lock)
        {
            if (_free.Count > 0 || _disposed || (_rents <= 1 && _newest?.IsFilling != true))
            {
                return;
            }
        }

        Interlocked.Increment(ref _live);
        MemArena arena = new(arenaBytes);
        arena.Prefault();
        Return(arena);
    }

    /// <summary>
    /// Gives a spare arena away for good, if there is another one for ingest. Its pages were touched, so whoever needs memory saves the
    /// first touch. It has old rows, and the caller disposes it.
    /// </summary>
    public bool TryGiveAway([NotNullWhen(true)] out MemArena? arena)
    {
        lock (_lock)
        {
            arena = _free.Count > 1 ? _free.Pop() : null;
        }

        if (arena is not null)
        {
            Interlocked.Decrement(ref _live);
        }

        return arena is not null;
    }

    public void Return(MemArena arena)
    {
        arena.Reset();
        lock (_lock)
        {
            _newest = ReferenceEquals(_newest, arena) ? null : _newest;
            if (!_disposed && _free.Count < keep)
            {
                _free.Push(arena);
                return;
            }
        }

        Interlocked.Decrement(ref _live);
        arena.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_free.TryPop(out MemArena? arena))
            {
                Interlocked.Decrement(ref _live);
                arena.Dispose();
            }
        }
    }

    private MemArena MakeLocked()
    {
        Interlocked.Increment(ref _live);
        return new MemArena(arenaBytes);
    }
}
