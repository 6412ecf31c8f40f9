using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.History;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine.Upkeep;

/// <summary>
/// The upkeep thread's work: prepares the next log and spare memory of memtables and heads, reclaims what readers left behind, deletes
/// files that could not be deleted before, and lets kept versions go.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: that of the store.</remarks>
internal sealed class StoreUpkeep(
    FailStop failStop,
    StoreContents contents,
    VersionCommitter committer,
    VersionHistory? history,
    LogStream? log,
    RetriedWork deleting,
    PoolUpkeep pools)
{
    /// <summary>Does all of it once.</summary>
    public void Run()
    {
        log?.PrepareNext();
        contents.Arenas.Prepare();
        contents.Heads.Prepare();
        contents.View.Epochs.Collect();
        deleting.TryStep();
        pools.Age();
        KeepHistory();
    }

    /// <summary>
    /// Keeps a younger version when the newest is too old, notes the state of now, and lets go what is too old or too much.
    /// </summary>
    public void KeepHistory()
    {
        failStop.RequireWritable();
        if (history is null)
        {
            return;
        }

        if (history.IsHeldBack(contents.View.Current.Tables))
        {
            committer.KeepNow();
        }

        history.Upkeep(contents.View.Current.Version);
    }
}
