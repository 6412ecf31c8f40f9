namespace Signals.Core.Definitions;

/// <summary>Between which events duplicates are looked for.</summary>
public enum DedupScope : byte
{
    /// <summary>An event of one type may be a duplicate of one of another type. The default.</summary>
    AcrossTypes = 0,

    /// <summary>Only events of the same type are duplicates.</summary>
    PerType = 1,
}
