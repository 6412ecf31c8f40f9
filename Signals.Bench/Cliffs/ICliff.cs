namespace Signals.Bench.Cliffs;

/// <summary>
/// One situation in which the cost of a store could grow with something that its user does not see. Each is measured in its own
/// process.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: one measurement.</remarks>
internal interface ICliff
{
    /// <summary>The name in the command line and in the table.</summary>
    string Name { get; }

    /// <summary>The situation, in a few words.</summary>
    string Situation { get; }

    /// <summary>Fills a store and reports figures.</summary>
    void Measure(CliffRun run);
}
