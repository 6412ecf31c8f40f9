namespace Signals.Core.Placement;

/// <summary>Which rule decided where an enrichment is computed for new events. In the order in which they are asked.</summary>
public enum PlacementRule : byte
{
    /// <summary>None yet: too little was measured. New events are not stored with it.</summary>
    Unmeasured = 0,

    /// <summary>The host pinned it.</summary>
    Pinned = 1,

    /// <summary>The store was not given the enricher to run at indexing, so it runs at serving.</summary>
    NotOffered = 2,

    /// <summary>A served definition asks for it to be stored.</summary>
    Required = 3,

    /// <summary>No served definition uses it.</summary>
    Unused = 4,

    /// <summary>Only experimental definitions use it: serving.</summary>
    Experimental = 5,

    /// <summary>It came too late at serving, too often: indexing.</summary>
    TooLate = 6,

    /// <summary>One definition alone uses it: serving.</summary>
    NotShared = 7,

    /// <summary>Several definitions share it, and the cheaper of the two was chosen.</summary>
    Cost = 8,
}
