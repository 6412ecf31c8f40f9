namespace Signals.Storage.Tables;

/// <summary>The table that a column file belongs to, as the file names it: beside any other the file is refused. Immutable.</summary>
/// <param name="Identity">What the table's checksums are bound to: its number, or the identity of its part of a segment.</param>
/// <param name="Checksum">The checksum of the table's tail.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Blocks">Its blocks.</param>
internal readonly record struct ColumnFileBase(ulong Identity, uint Checksum, int Rows, int Blocks);
