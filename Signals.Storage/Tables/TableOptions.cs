namespace Signals.Storage.Tables;

/// <summary>
/// How tables are divided into blocks and how chunks are encoded. The options affect new files only; every reader reads files of
/// any options. Immutable.
/// </summary>
internal sealed record TableOptions
{
    /// <summary>The most unencoded bytes of narrow columns of a block, unless <see cref="MinBlockRows"/> rows have more.</summary>
    public int BlockBytes { get; init; } = 64 << 10;

    /// <summary>
    /// A block ends once it has so many unencoded bytes of narrow columns and <see cref="UnitRows"/> rows. None by default: every block
    /// goes on to <see cref="BlockBytes"/>.
    /// </summary>
    public int UnitBytes { get; init; } = int.MaxValue;

    /// <summary>The rows that a block has before <see cref="UnitBytes"/> ends it.</summary>
    public int UnitRows { get; init; }

    /// <summary>The bytes of one wide column at which a block ends.</summary>
    public int WideBytes { get; init; } = 64 << 10;

    /// <summary>
    /// The newest rows of one user that stay together whatever their size, so that a read of the last 100 needs one block.
    /// </summary>
    public int MinBlockRows { get; init; } = 128;

    /// <summary>Whether chunks may be LZ4-compressed.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>What a table holds at most.</summary>
    public TableLimits Limits { get; init; } = TableLimits.Default;

    /// <summary>Whether numbers take only as many bits as they need. Otherwise they take whole bytes.</summary>
    public bool PackNumbers { get; init; } = true;

    /// <summary>
    /// The same with blocks of about 4 KiB on disk: two pages for a read of one user. Of fewer rows than this, what each chunk takes
    /// besides its values would be more than a few percent.
    /// </summary>
    public TableOptions WithSmallBlocks() => this with { UnitBytes = 6 << 10, UnitRows = 256 };
}
