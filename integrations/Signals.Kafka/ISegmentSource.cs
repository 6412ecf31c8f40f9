namespace Signals.Kafka;

/// <summary>
/// Fetches segments from the storage that all replicas share. You implement it, or use <see cref="FolderSegmentSource"/>.
/// </summary>
/// <remarks>Thread contract: one thread at a time for each partition; partitions may call it at the same time.</remarks>
public interface ISegmentSource
{
    /// <summary>
    /// Copies a segment to a local file. The partition checks its length and its hash afterwards. Any exception but the one below, also a
    /// cancellation by a time limit of your own, means that it is not there yet: the partition tries again and stays where it is.
    /// </summary>
    /// <exception cref="SegmentNotAllowedException">
    /// The name is one that this storage never has, which is the same on every replica. The record is then poison.
    /// </exception>
    /// <param name="segment">What to fetch.</param>
    /// <param name="localPath">Where to; nothing is there.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task FetchAsync(SegmentReference segment, string localPath, CancellationToken cancellationToken);
}
