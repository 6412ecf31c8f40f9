namespace Signals.Storage.Tables;

/// <summary>
/// The table that a column file belongs to, as the file records it. The file is refused beside any other table. Immutable.
/// </summary>
/// <param name="Identity">
/// The number that the table's checksums include: its file number, or the identity of its part of a segment.
/// </param>
/// <param name="Checksum">The checksum of the table's tail.</param>
/// <param name="Rows">The number of rows of the table.</param>
/// <param name="Blocks">The number of blocks of the table.</param>
internal readonly record struct ColumnFileBase(ulong Identity, uint Checksum, int Rows, int Blocks);
