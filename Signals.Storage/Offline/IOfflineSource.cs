using Signals.Core.Ingest;

namespace Signals.Storage.Offline;

/// <summary>Where an offline job's events come from. Threads: any number of workers ask at once.</summary>
internal interface IOfflineSource
{
    /// <summary>Users read so far and in all; zeros where there are none to count.</summary>
    (int Done, int All) Users { get; }

    /// <summary>Fills an empty batch with the next events.</summary>
    /// <returns>How many events were looked at, those left out included; -1 at the end.</returns>
    ValueTask<int> FillAsync(EventBatch batch, CancellationToken cancellationToken);
}
