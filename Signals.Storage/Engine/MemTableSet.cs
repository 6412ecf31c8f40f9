using Signals.Storage.MemTables;
using Signals.Storage.Reads;

namespace Signals.Storage.Engine;

/// <summary>The active memtable and its replacement when it is full; holds ingest back while too many wait to be flushed.</summary>
/// <remarks>
/// Thread contract: <see cref="Freeze"/> by the ingest thread (or the opening thread); the flush side calls
/// <see cref="SignalRoom"/>. A stall is a wait for the flush, counted and timed.
/// </remarks>
internal sealed class MemTableSet(
    ViewState view, MemArenaPool pool, ChunkLayout[] layouts, int maxFrozen, TimeProvider time, FailStop failStop) : IDisposable
{
    private readonly ManualResetEventSlim _room = new(initialState: true);
    private long _stalls;
    private long _stallTicks;

    /// <summary>Called after a memtable was frozen: starts the flush, or in a store without threads performs it.</summary>
    public Action OnFrozen { get; set; } = static () => { };

    public MemTable Active => view.Current.Active;

    public long StallCount => Volatile.Read(ref _stalls);

    public TimeSpan StallTime => TimeSpan.FromTicks(Volatile.Read(ref _stallTicks));

    /// <summary>Freezes the active memtable and puts an empty one in its place, after waiting for room if there is none.</summary>
    /// <param name="endPosition">Stream position that it and all older ones cover.</param>
    /// <param name="log">The log that the next record is in; 0 without logs.</param>
    public void Freeze(long endPosition, ulong log)
    {
        WaitForRoom();
        MemTable next = new(pool, layouts) { FirstLog = log };
        Active.EndPosition = endPosition;
        view.Replace(current => current.WithNewActive(next));
        OnFrozen();
    }

    /// <summary>Tells a waiting ingest thread to look again.</summary>
    public void SignalRoom() => _room.Set();

    public void Dispose() => _room.Dispose();

    private static int FrozenCount(ReadView current) => current.MemTables.Length - 1;

    private void WaitForRoom()
    {
        if (FrozenCount(view.Current) < maxFrozen)
        {
            return;
        }

        long start = time.GetTimestamp();
        Volatile.Write(ref _stalls, _stalls + 1);
        while (FrozenCount(view.Current) >= maxFrozen)
        {
            failStop.ThrowIfFailed();
            _room.Reset();
            if (FrozenCount(view.Current) >= maxFrozen && failStop.Error is null)
            {
                _room.Wait();
            }
        }

        Volatile.Write(ref _stallTicks, _stallTicks + time.GetElapsedTime(start).Ticks);
    }
}
