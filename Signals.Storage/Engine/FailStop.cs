using Signals.Core.Model;

namespace Signals.Storage.Engine;

/// <summary>
/// The store's one-way switch: the first I/O error or corruption that the engine meets poisons it. From then on every
/// write is refused with that error; reads go on.
/// </summary>
/// <remarks>Thread contract: any thread. Handlers run once, on the thread that failed first.</remarks>
internal sealed class FailStop
{
    private Exception? _first;

    /// <summary>Called once with the error; must not throw.</summary>
    public event Action<Exception>? Failed;

    public Exception? Error => Volatile.Read(ref _first);

    public void Fail(Exception error)
    {
        if (Interlocked.CompareExchange(ref _first, error, null) is null)
        {
            Failed?.Invoke(error);
        }
    }

    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    public void ThrowIfFailed()
    {
        if (Error is Exception error)
        {
            throw new StorePoisonedException(error);
        }
    }
}
