using Signals.Storage.Tables;

namespace Signals.Storage.Engine.Flushing;

/// <summary>What a flush made of a memtable.</summary>
/// <param name="Tables">The new tables, synced; empty when nothing was worth keeping.</param>
/// <param name="Rows">Rows of the memtable.</param>
/// <param name="Merged">Copies of an event that were merged into another.</param>
/// <param name="Dropped">Rows that erasure, age or last-N had already put out of reach.</param>
/// <param name="Bytes">Bytes of the tables.</param>
internal sealed record FlushResult(IReadOnlyList<TableMeta> Tables, long Rows, long Merged, long Dropped, long Bytes);
