namespace Signals.Training.Making;

/// <summary>Where the sequences of a set come from, divided into stretches that threads work on.</summary>
internal interface ISetWork
{
    /// <summary>All requests or moments.</summary>
    int Count { get; }

    /// <summary>Labels whose request is not there.</summary>
    long LabelsWithoutRequest { get; }

    /// <summary>Divides the work into at most so many stretches of neighbours in the order of reading.</summary>
    IReadOnlyList<int[]> Divide(int stretches);

    /// <summary>Does a stretch, and gives each outcome to the tally's part.</summary>
    Task RunAsync(int[] stretch, PartTally tally, CancellationToken cancellationToken);
}
