using Signals.Storage.History;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// What a host does beside the traffic of <see cref="CrashWorkload"/> on a store that keeps versions: reads of now and of the
/// past that last, compactions that are interrupted, the turns of background threads; and what must hold of kept versions
/// after an erasure. Threads: one.
/// </summary>
internal sealed class CrashUpkeep
{
    private readonly List<IDisposable> _held = [];
    private bool _isDirty;

    /// <summary>Lets each background thread do its work once.</summary>
    public static void Turn(SignalStore store) => Array.ForEach(store.Engine.TestTurns, turn => turn.Turn());

    /// <summary>Begins a read of now, and one of a kept version if it can still be read.</summary>
    public void Hold(SignalStore store, ulong which)
    {
        _held.Add(store.Engine.TestHoldRead());
        if (store.Engine.History is { } history && history.Versions is { Length: > 0 } versions
            && store.Engine.OpenPast(versions[(int)(which % (ulong)versions.Length)].Number, out _) is { } past)
        {
            _held.Add(past);
        }
    }

    /// <summary>Ends all reads.</summary>
    public void Release()
    {
        _held.ForEach(read => read.Dispose());
        _held.Clear();
    }

    /// <summary>Compacts, and has that interrupted as closing does after some of its syncs.</summary>
    public void Interrupt(SimFileSystem files, SignalStore store, int syncs)
    {
        files.BeforeSync = () =>
        {
            if (syncs-- == 0)
            {
                store.Engine.TestInterruptCompaction();
            }
        };
        try
        {
            store.CompactAsync().GetAwaiter().GetResult();
            _isDirty = false; // it had fewer syncs, and came to its end
        }
        catch (ObjectDisposedException)
        {
            // Interrupted, as was wanted.
        }
        finally
        {
            files.BeforeSync = null;
        }
    }

    /// <summary>Remembers that files hold events of who is erased now.</summary>
    public void NoteErasure() => _isDirty = true;

    /// <summary>
    /// Compacts everything. If somebody was erased since the last time that this was done, no version
    /// of before it is kept any more.
    /// </summary>
    public void Compact(SignalStore store, Action compact)
    {
        ulong before = store.Engine.History?.Versions[^1].Number ?? 0;
        compact();
        RetainedVersion[] versions = store.Engine.History?.Versions ?? [];
        if (_isDirty && Array.Exists(versions, version => version.Number <= before))
        {
            throw new InvalidOperationException(
                $"After an erasure and a whole compaction, which began at version {before}, "
                    + $"version {versions[0].Number} is kept with its files");
        }

        _isDirty = false;
    }
}
