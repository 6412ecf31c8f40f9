using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>Where and how the output of a fold is written. Immutable.</summary>
/// <param name="Folder">The store's folder.</param>
/// <param name="NextNumber">Returns an unused file number.</param>
/// <param name="Type">Current schema of the rows; it has at least the columns of every input.</param>
/// <param name="Options">How tables of waiting orphans are cut into blocks, and how chunks are encoded.</param>
internal sealed record FoldTarget(
    StoreFolder Folder, Func<ulong> NextNumber, EventTypeSchema Type, TableOptions Options)
{
    /// <summary>How much data of one user a fold of several patch runs accepts.</summary>
    public UserLimit UserLimit { get; init; } = UserLimit.Default;

    /// <summary>
    /// Deletes the files of work that came to nothing, by their names; an open store does it later where it cannot be done now.
    /// </summary>
    public Action<IEnumerable<string>> Discard { get; init; } = names => Leftovers.Delete(Folder, names);
}
