using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>Where and how new tables of one event type are written. Immutable.</summary>
/// <param name="Folder">The store's folder.</param>
/// <param name="NextNumber">Returns the number for each new file.</param>
/// <param name="Type">Current schema of the rows; it has at least the columns of every input.</param>
/// <param name="Options">How a table is cut into blocks.</param>
/// <param name="WindowBytes">
/// How many bytes a table of several windows should hold; see <see cref="CompactionOptions.WindowBytes"/>.
/// </param>
internal sealed record MergeTarget(
    StoreFolder Folder, Func<ulong> NextNumber, EventTypeSchema Type, TableOptions Options, long WindowBytes)
{
    /// <summary>How much data of one user a merge of several tables accepts.</summary>
    public UserLimit UserLimit { get; init; } = UserLimit.Default;

    /// <summary>
    /// Deletes the files of work that came to nothing, by their names; an open store does it later where it cannot be done now.
    /// </summary>
    public Action<IEnumerable<string>> Discard { get; init; } = names => Leftovers.Delete(Folder, names);
}
