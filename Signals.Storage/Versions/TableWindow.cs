using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>The tables of one event type and time window, in no promised order. Immutable; any thread.</summary>
/// <param name="Start">Start of the window, ms since the Unix epoch, inclusive.</param>
/// <param name="Tables">At least one table.</param>
internal readonly record struct TableWindow(long Start, ReadOnlyMemory<Table> Tables);
