namespace Signals.Tests.Cluster.Drills;

/// <summary>A way to harm a cluster, and to mend it again. Immutable.</summary>
/// <param name="Name">What happens.</param>
/// <param name="Harm">Does it, and ends when everything that was taken away is back.</param>
/// <param name="Bound">How long reads may be disturbed.</param>
internal sealed record Drill(string Name, Func<DrillCluster, Task> Harm, DrillBound Bound)
{
    /// <summary>The cluster that a drill by itself has.</summary>
    public DrillOptions Options { get; init; } = new();

    /// <summary>Whether it can be one of several drills in a cluster of the default options.</summary>
    public bool FitsStorm { get; init; } = true;

    public override string ToString() => Name;
}
