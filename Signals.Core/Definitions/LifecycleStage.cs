namespace Signals.Core.Definitions;

/// <summary>How far a definition is on its way. The placement of enrichments and the care of operators go by it.</summary>
public enum LifecycleStage : byte
{
    /// <summary>Being tried; may change or go at any time. The default.</summary>
    Experimental = 0,

    /// <summary>Models in production depend on it.</summary>
    Production = 1,

    /// <summary>Still served; no new user should come.</summary>
    Deprecated = 2,

    /// <summary>No longer served; kept so that old receipts can be rebuilt.</summary>
    Retired = 3,
}
