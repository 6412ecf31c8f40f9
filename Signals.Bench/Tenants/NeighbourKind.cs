namespace Signals.Bench.Tenants;

/// <summary>What runs beside the tenant whose reads are timed.</summary>
internal enum NeighbourKind
{
    /// <summary>Nothing: what two equal rounds differ by.</summary>
    Nothing,

    /// <summary>A thread that computes without a pause and without the store: what the machine itself costs.</summary>
    Busy,

    /// <summary>A tenant whose condition throws, read again and again without a pause.</summary>
    Throws,

    /// <summary>A tenant whose condition never ends, held by deadline, concurrency and time.</summary>
    Loops,

    /// <summary>A tenant that reads as fast as it can, held by its rate, and does not heed refusals.</summary>
    Floods,

    /// <summary>The same without any quota, for comparison.</summary>
    Unbounded,
}
