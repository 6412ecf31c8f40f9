using Signals.Core.Model;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving;

/// <summary>Brings rows of users into memory: the one stage that knows the store.</summary>
/// <remarks>Thread contract: one thread at a time.</remarks>
internal abstract class RowFetcher
{
    /// <summary>
    /// Fetches the newest rows of each event type, merged newest first, without the late columns of the plan. Rows of the fetch before are released.
    /// </summary>
    /// <param name="users">Whose rows.</param>
    /// <param name="fromMs">For each slot the oldest time.</param>
    /// <param name="last">For each slot how many rows at most.</param>
    public abstract IRowSource Fetch(ReadOnlySpan<UserId> users, ReadOnlySpan<long> fromMs, ReadOnlySpan<int> last);

    /// <summary>Brings the late columns of chosen rows; what they are in other rows means nothing. Once for each fetch.</summary>
    /// <param name="chosen">Rows of the last fetch, in any order.</param>
    public abstract void Complete(ReadOnlySpan<int> chosen);

    /// <summary>Whether the store holds anything of a user of the last fetch.</summary>
    public abstract bool IsKnown(int user);

    /// <summary>The newest event time of a slot's type that had been indexed when the last fetch began; the least of all when there was none.</summary>
    public abstract long WatermarkOf(int slot);

    /// <summary>Releases the rows of the last fetch.</summary>
    public abstract void Release();
}
