namespace Signals.Maintenance;

/// <summary>One compaction: tables of a window that were merged, or expired tables that were dropped unread. Immutable.</summary>
/// <param name="EventType">Name of the event type.</param>
/// <param name="IsDrop">True when expired tables were dropped, unread.</param>
/// <param name="Tables">Tables that were removed.</param>
/// <param name="BytesRead">Bytes of tables read.</param>
/// <param name="BytesWritten">Bytes of tables written.</param>
/// <param name="RowsDropped">Rows that were left out because of erasure, age or last-N.</param>
/// <param name="Duration">From the start to the durable manifest edit, including waits for the allowed rate.</param>
public readonly record struct CompactionReport(
    string EventType, bool IsDrop, int Tables, long BytesRead, long BytesWritten, long RowsDropped, TimeSpan Duration)
{
    /// <summary>
    /// Whether a shorter last-N or max age of the event type came into force while the store was open, at most
    /// <see cref="StoreOptions.RetentionGrace"/> ago. The rows that were left out may then be more than the old limits would have left out.
    /// </summary>
    public bool FollowsShorterRetention { get; init; }
}
