using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving;

/// <summary>Fetches rows of users into memory. It is the only stage that depends on the store.</summary>
/// <remarks>Thread contract: one thread at a time.</remarks>
internal abstract class RowFetcher
{
    /// <summary>
    /// Fetches the newest rows of each event type, merged newest first, without the late columns of the plan. The rows of the
    /// previous fetch are released.
    /// </summary>
    /// <param name="users">The users whose rows are fetched.</param>
    /// <param name="fromMs">For each slot, the oldest time to fetch.</param>
    /// <param name="last">For each slot, the largest number of rows.</param>
    public abstract IFetchedRows Fetch(ReadOnlySpan<UserId> users, ReadOnlySpan<long> fromMs, ReadOnlySpan<int> last);

    /// <summary>
    /// Fetches the late columns of chosen rows. In other rows their contents are undefined. Called at most once for each fetch.
    /// </summary>
    /// <param name="chosen">Rows of the last fetch, in any order.</param>
    public abstract void Complete(ReadOnlySpan<int> chosen);

    /// <summary>Whether the store holds anything of a user of the last fetch.</summary>
    public abstract bool IsKnown(int user);

    /// <summary>
    /// The newest event time of a slot's type that was indexed before the last fetch began; <see cref="long.MinValue"/> when
    /// there was none.
    /// </summary>
    public abstract long WatermarkOf(int slot);

    /// <summary>Releases the rows of the last fetch.</summary>
    public abstract void Release();
}
