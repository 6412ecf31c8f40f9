namespace Signals.Core.DefinitionVersions;

/// <summary>Keeps what a registry holds from one opening of a store to the next.</summary>
/// <remarks>Thread contract: the registry calls it under its lock, one call at a time.</remarks>
internal interface IDefinitionKeeper
{
    /// <summary>What was kept when the store was opened.</summary>
    IReadOnlyList<StoredHistory> Kept { get; }

    /// <summary>
    /// Keeps what the registry is about to hold, durably, before the change is seen. When it throws, the registry does not change.
    /// </summary>
    void Keep(IReadOnlyList<StoredHistory> all);

    /// <summary>The number of the newest kept version of the store, which a receipt of this moment names; 0 when none is kept.</summary>
    ulong Mark { get; }

    /// <summary>Whether a receipt that names a version of the store up to this one may still be rebuilt.</summary>
    bool IsNeeded(ulong lastServedIn);
}
