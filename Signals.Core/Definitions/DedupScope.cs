namespace Signals.Core.Definitions;

/// <summary>Which events are compared with each other to find duplicates.</summary>
internal enum DedupScope : byte
{
    /// <summary>An event may be a duplicate of an event of another type. The default.</summary>
    AcrossTypes = 0,

    /// <summary>An event may only be a duplicate of an event of the same type.</summary>
    PerType = 1,
}
