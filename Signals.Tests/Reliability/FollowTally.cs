namespace Signals.Tests.Reliability;

/// <summary>What was seen while a store was followed. Threads: one.</summary>
internal sealed class FollowTally
{
    public int Refreshes { get; set; }

    /// <summary>The last entry that was shown.</summary>
    public long Shown { get; set; }

    /// <summary>How many tables were seen.</summary>
    public int Tables { get; set; }
}
