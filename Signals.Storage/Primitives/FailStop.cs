using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>
/// The store's one-way switch, and the one gate of what becomes durable: the first I/O error or corruption that the engine meets poisons the
/// store. From then on every write is refused with that error, from whichever thread; reads go on.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Handlers run once, on the thread that failed first. Whatever changes which files a store consists of asks
/// <see cref="RequireWritable"/> first: an edit of the manifest, a version in the list of kept ones, a log that is begun.
/// </remarks>
internal sealed class FailStop
{
    private Exception? _first;
    private int _told;
    private Action[] _checks = []; // replaced as a whole

    /// <summary>Called once with the error; must not throw.</summary>
    public event Action<Exception>? Failed;

    public Exception? Error => Volatile.Read(ref _first);

    /// <summary>Poisons the store, if nothing has yet, and tells everybody, if nobody has.</summary>
    public void Fail(Exception error)
    {
        Stop(error);
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            Failed?.Invoke(Error!);
        }
    }

    /// <summary>
    /// Poisons the store without telling anybody, for who holds a lock: nothing is committed from now on. The error is thrown on, and where
    /// it leaves the engine <see cref="Fail"/> is called.
    /// </summary>
    public void Stop(Exception error) => Interlocked.CompareExchange(ref _first, error, null);

    /// <summary>
    /// Adds what must hold whenever the store changes what it consists of, such as that its lock is still its own. A check throws when it does
    /// not hold; that error fails the store. Checks are added while the store is opened, on the opening thread.
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

    /// <summary>Asks as <see cref="RequireWritable"/> does, without throwing.</summary>
    public bool IsWritable()
    {
        try
        {
            RequireWritable();
            return true;
        }
        catch (StorePoisonedException)
        {
            return false; // whoever asks tells that the store has failed
        }
    }

    /// <summary>Looks whether the store may change what it consists of; called by whoever is about to, right before.</summary>
    /// <exception cref="StorePoisonedException">The store has failed, before or because a check does not hold now.</exception>
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
