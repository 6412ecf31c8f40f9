using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving;

/// <summary>Decides which fetched rows may be in a sequence.</summary>
/// <remarks>Thread contract: called from several threads at once, each with rows of its own.</remarks>
public interface IFilterStage
{
    /// <summary>Takes rows out of <c>rows.Mask</c>, in which all are at first. Whether a row is in must depend on that row alone.</summary>
    void Filter(RowSet rows);
}
