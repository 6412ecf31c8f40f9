namespace Signals.Bench.Workloads;

/// <summary>Whom the events of a workload belong to. Deterministic. Used by one thread.</summary>
internal interface IUserSource
{
    /// <summary>The number of users whose events there are.</summary>
    int Count { get; }

    /// <summary>The user of the next event.</summary>
    ulong Next(Random random);

    /// <summary>A user with the probability with which it is read.</summary>
    ulong Popular(Random random);

    /// <summary>The user with this rank, from 0; the most popular one is first, if they differ.</summary>
    ulong OfRank(int rank);
}
