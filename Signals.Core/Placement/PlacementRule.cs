namespace Signals.Enrichment;

/// <summary>
/// The rule that decided where an enrichment is computed for new events. The rules are listed in the order in which they apply.
/// </summary>
public enum PlacementRule : byte
{
    /// <summary>No rule yet, because too little was measured. New events are not stored with the enrichment.</summary>
    Unmeasured = 0,

    /// <summary>The host pinned the placement.</summary>
    Pinned = 1,

    /// <summary>The store was not given the enricher for indexing, so it runs at serving.</summary>
    NotOffered = 2,

    /// <summary>A served definition asks for the enrichment to be stored.</summary>
    Required = 3,

    /// <summary>No served definition uses the enrichment.</summary>
    Unused = 4,

    /// <summary>Only experimental definitions use the enrichment, so it runs at serving.</summary>
    Experimental = 5,

    /// <summary>The enrichment was too late at serving too often, so it runs at indexing.</summary>
    TooLate = 6,

    /// <summary>Only one definition uses the enrichment, so it runs at serving.</summary>
    NotShared = 7,

    /// <summary>Several definitions share the enrichment, so the cheaper placement was chosen.</summary>
    Cost = 8,
}
