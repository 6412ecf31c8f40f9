namespace Signals.Storage.Offline;

/// <summary>The source of an offline job's events. Thread contract: any number of workers ask at once.</summary>
internal interface IOfflineInput
{
    /// <summary>Users read so far, and users in all; zeros when the source does not count users.</summary>
    (int Done, int All) Users { get; }

    /// <summary>Fills an empty batch with the next events.</summary>
    /// <returns>How many events were looked at, including those left out; -1 at the end.</returns>
    ValueTask<int> FillAsync(EventBatch batch, CancellationToken cancellationToken);
}
