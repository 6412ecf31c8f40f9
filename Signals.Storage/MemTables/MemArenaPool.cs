namespace Signals.Storage.MemTables;

/// <summary>Keeps arenas of one size for reuse, so that steady-state ingest touches no fresh memory.</summary>
/// <remarks>Thread contract: any thread. Lifetime: one per store; arenas returned after dispose are freed at once.</remarks>
internal sealed class MemArenaPool(long arenaBytes, int keep) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<MemArena> _free = new(); // guarded by _gate
    private bool _disposed; // guarded by _gate
    private int _live;

    /// <summary>Arenas that exist: in use or kept.</summary>
    public int LiveCount => Volatile.Read(ref _live);

    public long ArenaBytes => arenaBytes;

    public MemArena Rent()
    {
        lock (_gate)
        {
            if (_free.TryPop(out MemArena? arena))
            {
                return arena;
            }
        }

        Interlocked.Increment(ref _live);
        return new MemArena(arenaBytes);
    }

    /// <summary>Makes sure that one touched arena waits, so that the next <see cref="Rent"/> costs nothing; for a background thread.</summary>
    public void Prepare()
    {
        lock (_gate)
        {
            if (_free.Count > 0 || _disposed)
            {
                return;
            }
        }

        Interlocked.Increment(ref _live);
        MemArena arena = new(arenaBytes);
        arena.Touch();
        Return(arena);
    }

    public void Return(MemArena arena)
    {
        arena.Reset();
        lock (_gate)
        {
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
        lock (_gate)
        {
            _disposed = true;
            while (_free.TryPop(out MemArena? arena))
            {
                Interlocked.Decrement(ref _live);
                arena.Dispose();
            }
        }
    }
}
