namespace Signals.Core.Definitions;

/// <summary>Where an enrichment's values come from.</summary>
public enum PlacementChoice : byte
{
    /// <summary>Where it is cheaper, by measurement; may change at run time, and the values are the same. The default.</summary>
    Automatic = 0,

    /// <summary>Computed when the event is indexed, and stored.</summary>
    Indexing = 1,

    /// <summary>Computed when the sequence is served.</summary>
    Serving = 2,
}
