namespace Signals.Bench.Cliffs;

/// <summary>One situation in which the cost of a store could grow with something that its user does not see, measured in a process of its own.</summary>
/// <remarks>Thread contract: one thread. Lifetime: one measurement.</remarks>
internal interface ICliff
{
    /// <summary>What the command line and the table call it.</summary>
    string Name { get; }

    /// <summary>The situation, in a few words.</summary>
    string Situation { get; }

    /// <summary>Fills a store and reports figures.</summary>
    void Measure(CliffRun run);
}
