using Signals.Storage.MemTables;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>A run of rows of one source whose late columns are not gathered yet.</summary>
/// <param name="Type">The event type of the rows.</param>
/// <param name="Table">The table they are in, or null.</param>
/// <param name="MemTable">The memtable they are in, where there is no table.</param>
/// <param name="Rows">Which rows of it.</param>
/// <param name="Place">Where their places in the answer are noted.</param>
internal readonly record struct LateSlice(QueryType Type, Table? Table, MemTable? MemTable, RowSlice Rows, int Place);
