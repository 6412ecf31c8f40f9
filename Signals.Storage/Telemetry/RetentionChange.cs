namespace Signals.Maintenance;

/// <summary>What changed in how much a store keeps on disk.</summary>
public enum RetentionChange
{
    /// <summary>
    /// A shorter last-N or max age was declared than the opening before declared. Reads follow it at once; on disk more is held until the
    /// grace is over.
    /// </summary>
    Held = 0,

    /// <summary>The grace is over: what was held is deleted from now on.</summary>
    InForce = 1,

    /// <summary>The old limits were declared again within the grace: nothing was deleted because of the shorter ones.</summary>
    Undone = 2,

    /// <summary>
    /// The clock is far ahead of where it was. Nothing is deleted because of it until it has gone on from there for as long as the grace.
    /// </summary>
    ClockAhead = 3,
}
