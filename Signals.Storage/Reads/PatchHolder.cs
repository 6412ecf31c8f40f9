using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>The rows of a user in a patch run. Immutable.</summary>
/// <param name="Table">The run.</param>
/// <param name="Rows">The place of the rows in the run.</param>
internal readonly record struct PatchHolder(Table Table, UserRows Rows);
