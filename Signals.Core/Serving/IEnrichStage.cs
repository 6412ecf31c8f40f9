using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving;

/// <summary>Fills the columns that are computed at serving.</summary>
/// <remarks>Thread contract: called from several threads at once, each with rows of its own.</remarks>
public interface IEnrichStage
{
    /// <summary>Fills computed columns of some rows through <see cref="RowSet.Set{T}(int, int, ReadOnlySpan{T})"/>.</summary>
    /// <param name="rows">The working set.</param>
    /// <param name="chosen">The rows whose values are needed.</param>
    /// <param name="remaining">What is left of the deadline; <see cref="TimeSpan.MaxValue"/> without one.</param>
    /// <returns>False when some value is missing, for which the answer is flagged.</returns>
    bool Enrich(RowSet rows, ReadOnlySpan<int> chosen, TimeSpan remaining);
}
