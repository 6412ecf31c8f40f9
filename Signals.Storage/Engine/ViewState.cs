using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Storage.Engine;

/// <summary>Holds the view that reads see and replaces it as a whole.</summary>
/// <remarks>
/// Thread contract: readers load <see cref="Current"/> inside an epoch; ingest, flush and compaction replace it one at a
/// time under the lock. What a replacement unlinks is retired, never disposed while a reader may hold it.
/// </remarks>
internal sealed class ViewState(ReadView first, ReadEpochs epochs)
{
    private readonly Lock _gate = new();
    private ReadView _current = first; // replaced under _gate

    public ReadView Current => Volatile.Read(ref _current);

    public void Replace(Func<ReadView, ReadView> change)
    {
        lock (_gate)
        {
            Volatile.Write(ref _current, change(_current));
        }
    }

    /// <summary>Replaces the view, then retires what it no longer holds.</summary>
    public void Replace(Func<ReadView, ReadView> change, IEnumerable<IDisposable> unlinked)
    {
        Replace(change);
        epochs.Retire(unlinked);
    }
}
