namespace Signals.Storage.Serving;

/// <summary>What became of the rebuild of a receipt. Only <see cref="Exact"/> comes with a sequence.</summary>
public enum RebuildStatus
{
    /// <summary>The sequence is the one that was served: its length and its checksum say so.</summary>
    Exact,

    /// <summary>The version that was read is not kept any more, or the store keeps none.</summary>
    Expired,

    /// <summary>A crash took commits that were read but never synced, or the receipt is of another store.</summary>
    Lost,

    /// <summary>No kept definition has the receipt's hash: register it again, or its version or overrides.</summary>
    UnknownDefinition,

    /// <summary>The user was erased since.</summary>
    ErasedUser,

    /// <summary>The answer was truncated, an enrichment of it missing or a stage failed, and what is there now is another one.</summary>
    Incomplete,

    /// <summary>The sequence has another length or checksum: code of the host that takes part in it, or what it reads, has changed.</summary>
    Different,
}
