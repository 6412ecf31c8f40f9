namespace Signals.Maintenance;

/// <summary>One memtable that was flushed into tables. Immutable.</summary>
/// <param name="Rows">Rows of the memtable, duplicates included.</param>
/// <param name="Tables">Tables written; 0 when no row had to be kept.</param>
/// <param name="Bytes">Bytes of these tables.</param>
/// <param name="Duration">From the first row to the durable manifest edit.</param>
public readonly record struct FlushReport(long Rows, int Tables, long Bytes, TimeSpan Duration);
