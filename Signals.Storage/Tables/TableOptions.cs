namespace Signals.Storage.Tables;

/// <summary>How tables are cut into blocks and their chunks encoded. Affects new files only; any reader reads any setting. Immutable.</summary>
internal sealed record TableOptions
{
    /// <summary>Unencoded bytes of narrow columns at which a block closes.</summary>
    public int BlockBytes { get; init; } = 64 << 10;

    /// <summary>Bytes of one wide column at which a block closes.</summary>
    public int WideBytes { get; init; } = 64 << 10;

    /// <summary>Rows of one user that stay together whatever their size, so that a last-100 read needs one block.</summary>
    public int MinBlockRows { get; init; } = 128;

    /// <summary>Whether chunks may be LZ4-compressed.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>Whether numbers take as many bits as they need, or whole bytes.</summary>
    public bool PackNumbers { get; init; } = true;
}
