namespace Signals.Serving;

/// <summary>
/// A stage that chooses which of a user's rows form the sequence, in place of the definition's counts, dedup, mix and size.
/// </summary>
/// <remarks>Thread contract: several threads call it at once, each with its own rows.</remarks>
public interface ISizeStage
{
    /// <summary>Adds the chosen rows, newest first and at most as many as the definition's size.</summary>
    /// <param name="rows">The working set.</param>
    /// <param name="user">
    /// The index of the user. The user's rows are those from <c>rows.Offsets[user]</c> up to but excluding <c>rows.Offsets[user +
    /// 1]</c> that are in <c>rows.Mask</c>.
    /// </param>
    /// <param name="hasOlder">Whether there may be older rows that were not fetched.</param>
    /// <param name="chosen">Receives the chosen rows. It may already hold rows of other users; leave those.</param>
    /// <returns>
    /// False when older rows could change the choice. If there may be older rows, the stage is then called again with more rows.
    /// </returns>
    bool Choose(RowSet rows, int user, bool hasOlder, RowChoice chosen);
}
