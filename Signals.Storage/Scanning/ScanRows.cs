using Signals.Storage.Tables;

namespace Signals.Storage.Scanning;

/// <summary>The rows of a user in one table. Immutable.</summary>
/// <param name="Source">The table under the scan.</param>
/// <param name="Rows">The rows.</param>
internal readonly record struct ScanRows(ScanTable Source, UserRows Rows);
