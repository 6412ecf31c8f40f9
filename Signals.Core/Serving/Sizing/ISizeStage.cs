using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Sizing;

/// <summary>Chooses which of a user's rows are the sequence, in place of the definition's counts, dedup, mix and size.</summary>
/// <remarks>Thread contract: called from several threads at once, each with rows of its own.</remarks>
public interface ISizeStage
{
    /// <summary>Adds the chosen rows, newest first and at most as many as the definition's size.</summary>
    /// <param name="rows">The working set.</param>
    /// <param name="user">Whose rows: those from <c>rows.Offsets[user]</c> up to <c>rows.Offsets[user + 1]</c> that are in <c>rows.Mask</c>.</param>
    /// <param name="hasOlder">Whether there may be older rows that were not fetched.</param>
    /// <param name="chosen">Where to add. It may hold other users' rows already; leave those.</param>
    /// <returns>False when older rows could change the choice; then, if there may be any, it is asked again with more rows.</returns>
    bool Choose(RowSet rows, int user, bool hasOlder, RowChoice chosen);
}
