namespace Signals.Orleans;

/// <summary>No replica of a partition gave an answer that the read asked for. The message says why each of them did not.</summary>
public sealed class PartitionUnavailableException : SignalsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="partition">The partition, from 0.</param>
    /// <param name="reasons">What each replica that was asked said, with the name of its machine.</param>
    /// <param name="innerException">The last error, if there was one.</param>
    public PartitionUnavailableException(int partition, IReadOnlyList<string> reasons, Exception? innerException = null)
        : base(Describe(partition, reasons), innerException) => Partition = partition;

    /// <summary>The partition, from 0.</summary>
    public int Partition { get; }

    private static string Describe(int partition, IReadOnlyList<string> reasons) => reasons.Count == 0
        ? $"Partition {partition} has no replica: no machine of the cluster is active. Start one, then read again."
        : $"No replica of partition {partition} could answer: {string.Join("; ", reasons)}. "
            + "Read again when a replica has caught up, or ask for less (MaxLag, AtLeast).";
}
