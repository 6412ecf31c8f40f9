namespace Signals.Tests.Cluster.Drills;

/// <summary>What is wrong with the shared storage of a drill.</summary>
internal enum StorageFault
{
    None,

    /// <summary>Every call fails.</summary>
    Down,

    /// <summary>Every call takes a second longer.</summary>
    Slow,

    /// <summary>Calls that would change something fail.</summary>
    ReadOnly,

    /// <summary>Every second blob is cut in half, under its name, and the call fails: what no target may do.</summary>
    Torn,
}
