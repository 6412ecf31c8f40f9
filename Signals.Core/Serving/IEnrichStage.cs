namespace Signals.Serving;

/// <summary>A stage that fills the columns that are computed at serving.</summary>
/// <remarks>Thread contract: several threads call it at once, each with its own rows.</remarks>
public interface IEnrichStage
{
    /// <summary>Fills computed columns of some rows through <see cref="RowSet.Set{T}(int, int, ReadOnlySpan{T})"/>.</summary>
    /// <param name="rows">The working set.</param>
    /// <param name="chosen">The rows whose values are needed.</param>
    /// <param name="remaining">The time until the deadline; <see cref="TimeSpan.MaxValue"/> when there is none.</param>
    /// <returns>False when a value is missing. The answer then says so.</returns>
    bool Enrich(RowSet rows, ReadOnlySpan<int> chosen, TimeSpan remaining);
}
