using Signals.Storage.MemTables;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>Adjacent rows of one source whose late columns are not gathered yet. Immutable.</summary>
/// <param name="Type">The event type of the rows.</param>
/// <param name="Table">The table that holds them, or null.</param>
/// <param name="MemTable">The memtable that holds them when there is no table.</param>
/// <param name="Rows">The rows within the source.</param>
/// <param name="Place">Index, in the list of places, of the place of the first row in the answer.</param>
internal readonly record struct LateSlice(QueryType Type, Table? Table, MemTable? MemTable, RowSlice Rows, int Place);
