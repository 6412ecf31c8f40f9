namespace Signals.Storage.Heads;

/// <summary>What came of opening a head.</summary>
internal enum HeadState
{
    /// <summary>There is none in force.</summary>
    Missing,

    /// <summary>Others change it all the time.</summary>
    Busy,

    /// <summary>Its rows can be read.</summary>
    Open,
}
