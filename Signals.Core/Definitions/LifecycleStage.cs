namespace Signals.Definitions;

/// <summary>The stage of a definition's life. The placement of enrichments depends on it, and operators can act on it.</summary>
public enum LifecycleStage : byte
{
    /// <summary>The definition is being tried out and may change or go at any time. The default.</summary>
    Experimental = 0,

    /// <summary>Models in production depend on it.</summary>
    Production = 1,

    /// <summary>The definition is still served, but should not get new users.</summary>
    Deprecated = 2,

    /// <summary>The definition is no longer served. It is kept so that old receipts can be rebuilt.</summary>
    Retired = 3,
}
