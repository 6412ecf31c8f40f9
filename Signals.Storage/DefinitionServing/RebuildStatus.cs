namespace Signals.Serving;

/// <summary>The outcome of rebuilding a receipt. Only <see cref="Exact"/> comes with a sequence.</summary>
public enum RebuildStatus
{
    /// <summary>The sequence is the one that was served: its length and its checksum are the same.</summary>
    Exact,

    /// <summary>The version that was read is no longer kept, or the store keeps no versions.</summary>
    Expired,

    /// <summary>A crash lost commits that were read but never synced, or the receipt belongs to another store.</summary>
    Lost,

    /// <summary>
    /// No kept definition has the receipt's hash. Register the definition again, with the same version and overrides.
    /// </summary>
    UnknownDefinition,

    /// <summary>The user was erased since.</summary>
    ErasedUser,

    /// <summary>
    /// The answer was truncated, lacked an enrichment, or had a failed stage, and a read gives another answer now.
    /// </summary>
    Incomplete,

    /// <summary>
    /// The sequence has another length or checksum: the host's code that takes part in it, or the data that this code reads, has
    /// changed, or a column of it has become wider.
    /// </summary>
    Different,
}
