using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>The rows of a user in a run of patches.</summary>
/// <param name="Table">The run.</param>
/// <param name="Rows">Where they lie.</param>
internal readonly record struct PatchSource(Table Table, UserRows Rows);
