namespace Signals.Serving;

/// <summary>A stage that decides which fetched rows may be in a sequence.</summary>
/// <remarks>Thread contract: several threads call it at once, each with its own rows.</remarks>
public interface IFilterStage
{
    /// <summary>
    /// Removes rows from <c>rows.Mask</c>, which contains all rows at first. The decision about a row must depend on that row
    /// alone.
    /// </summary>
    void Filter(RowSet rows);
}
