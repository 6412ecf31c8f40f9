namespace Signals.Training;

/// <summary>How much of the served sequences a profile looks at. Immutable.</summary>
public sealed record FeatureProfilerOptions
{
    /// <summary>
    /// One sequence in so many is looked at by <see cref="FeatureProfiler.Sample"/>, by chance. 100 by default; 1 means each.
    /// </summary>
    public int Every { get; init; } = 100;

    /// <summary>
    /// The rows of a sequence whose values are looked at, at most, spread over it. 32 by default. The states of all its rows are counted.
    /// </summary>
    public int RowsPerSequence { get; init; } = 32;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Every, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RowsPerSequence, 1);
    }
}
