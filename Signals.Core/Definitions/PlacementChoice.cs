namespace Signals.Definitions;

/// <summary>Where an enrichment's values come from.</summary>
public enum PlacementChoice : byte
{
    /// <summary>
    /// Wherever measurements show that it is cheaper. The place may change at run time; the values are the same in both. The
    /// default.
    /// </summary>
    Automatic = 0,

    /// <summary>The values are computed when the event is indexed, and stored.</summary>
    Indexing = 1,

    /// <summary>The values are computed when the sequence is served.</summary>
    Serving = 2,
}
