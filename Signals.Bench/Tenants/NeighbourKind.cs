namespace Signals.Bench.Tenants;

/// <summary>What runs next to the tenant whose reads are timed.</summary>
internal enum NeighbourKind
{
    /// <summary>Nothing. Shows by how much two equal rounds differ.</summary>
    Nothing,

    /// <summary>A thread that computes without a pause and without the store. Shows the cost of sharing the machine.</summary>
    Busy,

    /// <summary>A tenant whose condition throws, read again and again without a pause.</summary>
    Throws,

    /// <summary>A tenant whose condition never ends. Its deadline, concurrency and time are limited.</summary>
    Loops,

    /// <summary>A tenant that reads as fast as it can and ignores refusals. Its rate is limited.</summary>
    Floods,

    /// <summary>The same as <see cref="Floods"/>, but without any quota, for comparison.</summary>
    Unbounded,
}
