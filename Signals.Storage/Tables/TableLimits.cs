namespace Signals.Storage.Tables;

/// <summary>
/// What a table holds at most. A flush or a merge with more goes on in another table from the next user on: a user's rows of a part of time
/// always lie in one. Immutable.
/// </summary>
/// <remarks>
/// A part of a segment and the rest of a patch run are not divided: a segment has each window and kind once, and a rest has no more rows
/// than its run. These end only where the format does, with a <see cref="TableLimitException"/>.
/// </remarks>
/// <param name="Rows">Most rows, unless one user has more; a file cannot have more than 2^31 - 1.</param>
/// <param name="Users">
/// Most users. While a table is written eight bytes of each are in memory, besides what directory and filter take in the file.
/// </param>
/// <param name="Bytes">A table of so many bytes of blocks takes no further user.</param>
/// <param name="IndexEntries">
/// A table with so many entries in its index takes no further user: the index is one array, and stays in memory.
/// </param>
internal sealed record TableLimits(long Rows, int Users, long Bytes, int IndexEntries)
{
    /// <summary>An index that a file and an array can hold, whatever the limits are.</summary>
    public const int MostIndexEntries = 1 << 28;

    /// <summary>Those of every store.</summary>
    public static TableLimits Default { get; } = new(Rows: 1 << 30, Users: 1 << 25, Bytes: 64L << 30, IndexEntries: 1 << 26);

    /// <summary>
    /// Whether a table holds half of what it may, or more. Such tables are not merged to have fewer of them, or the
    /// merges of what is divided again would have no end: of two tables that follow one another in a merge's
    /// output, one holds at least half.
    /// </summary>
    public bool IsFull(TableMeta table, long indexEntries) =>
        table.Rows >= Rows / 2 || table.Users >= Users / 2 || table.FileLength >= Bytes / 2 || indexEntries >= IndexEntries / 2;
}
