using System.Diagnostics;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>
/// The erasures that are in force, those of them that no manifest edit holds yet, and whether rows came that an erasure hides.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread adds and notes (before there is one, the opening thread; while nothing is appended, the thread that
/// erases from a checkpoint); a flush takes <see cref="Unsaved"/>
/// and calls <see cref="SetSaved"/>, one flush at a time; everything else by any thread. Invariant: every unsaved erasure is in
/// <see cref="Set"/>. Lifetime: that of the store.
/// </remarks>
/// <param name="watchedFlushes">
/// How many flushes may come before everything that is applied now is in tables. Kept versions must not keep rows that an erasure hides,
/// so these are noticed as they come; 0 when no versions are kept and nothing is to be noticed.
/// </param>
internal sealed class AppliedErasures(int watchedFlushes)
{
    private readonly Lock _lock = new();
    private readonly List<Erasure> _unsaved = []; // guarded by _lock
    private long _hiddenEvents; // volatile; written by the ingest thread
    private int _flushesWithHidden; // interlocked; flushes that may still hold such rows

    /// <summary>All erasures in force.</summary>
    public ErasureSet Set { get; } = new();

    /// <summary>Whether an erasure was applied that no manifest edit holds.</summary>
    public bool HasUnsaved
    {
        get
        {
            lock (_lock)
            {
                return _unsaved.Count > 0;
            }
        }
    }

    /// <summary>Events that an erasure hid when they were applied.</summary>
    public long HiddenEvents => Volatile.Read(ref _hiddenEvents);

    /// <summary>Takes the erasures that the manifest holds; before anything is applied.</summary>
    public void Load(IReadOnlyDictionary<UserId, long> saved)
    {
        foreach ((UserId user, long cutoffMs) in saved)
        {
            Set.Add(user, cutoffMs);
        }
    }

    /// <summary>Applies an erasure. One that is not newer than the known one of the user changes nothing.</summary>
    public void Add(UserId user, long cutoffMs)
    {
        if (Set.Add(user, cutoffMs))
        {
            lock (_lock)
            {
                _unsaved.Add(new Erasure(user, cutoffMs));
                AssertInvariants();
            }
        }
    }

    /// <summary>
    /// Applies an erasure that no log holds. It is saved again also if it is known, because the edit that saves it leads to the deletion of
    /// what a run before could not delete.
    /// </summary>
    public void AddUnlogged(UserId user, long cutoffMs)
    {
        Set.Add(user, cutoffMs);
        lock (_lock)
        {
            _unsaved.Add(new Erasure(user, cutoffMs));
            AssertInvariants();
        }
    }

    /// <summary>Notes that events came which an erasure hides.</summary>
    public void NoteHidden(int events)
    {
        Volatile.Write(ref _hiddenEvents, _hiddenEvents + events);
        Volatile.Write(ref _flushesWithHidden, watchedFlushes);
    }

    /// <summary>Whether the memtable that is being flushed may hold such events. Called once for each flush.</summary>
    public bool TakeFlushedHidden() =>
        Volatile.Read(ref _flushesWithHidden) > 0 && Interlocked.Decrement(ref _flushesWithHidden) >= 0;

    /// <summary>The erasures that no manifest edit holds yet, oldest first. They stay until <see cref="SetSaved"/>.</summary>
    public Erasure[] Unsaved()
    {
        lock (_lock)
        {
            return [.. _unsaved];
        }
    }

    /// <summary>Says that the <paramref name="count"/> oldest unsaved erasures are durable in the manifest.</summary>
    public void SetSaved(int count)
    {
        lock (_lock)
        {
            _unsaved.RemoveRange(0, count);
            AssertInvariants();
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(
            _unsaved.TrueForAll(erasure => Set.CutoffOf(erasure.User) >= erasure.CutoffMs), "An unsaved erasure is not in force.");
    }
}
