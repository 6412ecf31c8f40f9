using System.Diagnostics.CodeAnalysis;

namespace Signals.Storage.MemTables;

/// <summary>Keeps arenas of one size for reuse, so that ingest touches no fresh memory in steady state.</summary>
/// <remarks>
/// Thread contract: any thread. Lifetime: one per store; an arena that is returned after dispose is freed at once.
/// </remarks>
/// <param name="arenaBytes">Bytes of each arena.</param>
/// <param name="keep">How many spare arenas are kept at most.</param>
/// <param name="time">Tells how long no arena was rented.</param>
internal sealed class MemArenaPool(long arenaBytes, int keep, TimeProvider time) : IDisposable
{
    private const int FewestIndexSlots = 1 << 13;

    private static readonly TimeSpan SparesAreKept = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Stack<MemArena> _free = new(); // guarded by _lock
    private bool _disposed; // guarded by _lock
    private int _live;
    private MemArena? _newest; // guarded by _lock; the arena that was rented last
    private long _rents; // guarded by _lock
    private long _writtenAt; // guarded by _lock; when an arena was rented or more of the newest was used
    private long _newestUsed; // guarded by _lock; then
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
            _writtenAt = time.GetTimestamp();
            _newestUsed = 0;
            return _newest = _free.TryPop(out MemArena? arena) ? arena : MakeLocked();
        }
    }

    /// <summary>
    /// Makes sure that one touched arena is ready, so that the next <see cref="Rent"/> costs nothing. For a background thread.
    /// Does nothing until the first arena fills up, so that a store with few events holds only one arena. When nothing was written for half
    /// a minute, it frees a spare one with each call, and keeps one only if the newest is filling.
    /// </summary>
    public void Prepare()
    {
        MemArena? idle;
        lock (_lock)
        {
            bool isFilling = _newest?.IsFilling == true;
            bool isIdle = IsIdleLocked();
            idle = isIdle && _free.Count > (isFilling ? 1 : 0) ? _free.Pop() : null;
            if (idle is null && (isIdle || _free.Count > 0 || _disposed || (_rents <= 1 && !isFilling)))
            {
                return;
            }
        }

        if (idle is not null)
        {
            Free(idle);
            return;
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

        Free(arena);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_free.TryPop(out MemArena? arena))
            {
                Free(arena);
            }
        }
    }

    private bool IsIdleLocked()
    {
        long used = _newest?.Used ?? _newestUsed;
        if (used != _newestUsed)
        {
            _newestUsed = used;
            _writtenAt = time.GetTimestamp();
        }

        return time.GetElapsedTime(_writtenAt) >= SparesAreKept;
    }

    private void Free(MemArena arena)
    {
        Interlocked.Decrement(ref _live);
        arena.Dispose();
    }

    private MemArena MakeLocked()
    {
        Interlocked.Increment(ref _live);
        return new MemArena(arenaBytes);
    }
}
