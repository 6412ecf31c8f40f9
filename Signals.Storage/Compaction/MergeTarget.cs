using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>Where and how the output of a merge is written. Immutable.</summary>
/// <param name="Files">The file system.</param>
/// <param name="Directory">The store's folder.</param>
/// <param name="Number">File number of the output.</param>
/// <param name="Type">Current schema of the rows; it has at least the columns of every input.</param>
/// <param name="Options">How the table is cut into blocks.</param>
internal sealed record MergeTarget(
    IFileSystem Files, string Directory, ulong Number, EventTypeSchema Type, TableOptions Options);
