using Signals.Storage.Engine.Context;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine.Flushing;

/// <summary>Flushes memtables on the thread that freezes them: in a store without threads nobody else does.</summary>
/// <remarks>Thread contract: the thread that ingests. Lifetime: that of the store.</remarks>
internal sealed class InlineFlush(RetriedWork flushing, FailStop failStop)
{
    /// <summary>Flushes what was frozen just now. An error is reported and the flush is tried again later.</summary>
    public void TryFlush() => flushing.TryStep();

    /// <summary>
    /// Flushes everything that is frozen. In the middle of a run of records there is no way back, so an error fails the store.
    /// </summary>
    /// <exception cref="StorePoisonedException">The flush failed, and the store with it.</exception>
    public void MakeRoom()
    {
        try
        {
            flushing.DoAll();
        }
        catch (StoreWorkFailedException error)
        {
            failStop.Fail(error.InnerException!);
            failStop.ThrowIfFailed();
        }
    }
}
