using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>
/// The store's one-way switch: the first I/O error or corruption that the engine meets poisons the store. From then on every
/// write, from any thread, is refused with that error; reads go on.
/// </summary>
/// <remarks>
/// Thread contract: any thread. The handlers of <see cref="Failed"/> run once, on the thread that calls <see cref="Fail"/> first.
/// Code calls <see cref="RequireWritable"/> right before it changes which files the store consists of: before an edit of the
/// manifest, before a version is added to the list of kept versions, and before a log is begun.
/// </remarks>
internal sealed class FailStop
{
    private Exception? _first;
    private int _told;
    private Action[] _checks = []; // replaced as a whole

    /// <summary>Raised once, with the error. A handler must not throw.</summary>
    public event Action<Exception>? Failed;

    public Exception? Error => Volatile.Read(ref _first);

    /// <summary>
    /// Poisons the store unless it is poisoned already, and raises <see cref="Failed"/> unless it was raised already.
    /// </summary>
    public void Fail(Exception error)
    {
        Stop(error);
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            Failed?.Invoke(Error!);
        }
    }

    /// <summary>
    /// Poisons the store without raising <see cref="Failed"/>, for callers that hold a lock. Nothing is committed from now on.
    /// The caller throws the error on, and <see cref="Fail"/> is called where the error leaves the engine.
    /// </summary>
    public void Stop(Exception error) => Interlocked.CompareExchange(ref _first, error, null);

    /// <summary>
    /// Adds a condition that must hold whenever the set of files of the store changes, for example that the store still holds its
    /// lock file. The check throws when the condition does not hold, and that error poisons the store. Checks are added while the
    /// store is opened, on the opening thread.
    /// </summary>
    public void AddCheck(Action check) => Volatile.Write(ref _checks, [.. _checks, check]);

    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    public void ThrowIfFailed()
    {
        if (Error is Exception error)
        {
            throw new StorePoisonedException(error);
        }
    }

    /// <summary>Does the checks of <see cref="RequireWritable"/>, but returns false instead of throwing.</summary>
    public bool IsWritable()
    {
        try
        {
            RequireWritable();
            return true;
        }
        catch (StorePoisonedException)
        {
            return false; // the caller reports the failure
        }
    }

    /// <summary>Checks that the store may change its set of files. Call it right before such a change.</summary>
    /// <exception cref="StorePoisonedException">The store had failed already, or a check does not hold now.</exception>
    public void RequireWritable()
    {
        if (PlantedBugs.Has(PlantedBugs.ErasuresTakenBeforeCommit))
        {
            return;
        }

        ThrowIfFailed();
        try
        {
            foreach (Action check in Volatile.Read(ref _checks))
            {
                check();
            }
        }
        catch (Exception error)
        {
            Stop(error);
            ThrowIfFailed();
        }
    }
}
