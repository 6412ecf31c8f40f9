namespace Signals.Training;

/// <summary>What the values of one column of served sequences are like. Immutable.</summary>
public sealed record ColumnProfile
{
    internal const int BucketCount = 16;

    /// <summary>The name in the answer.</summary>
    public required string Name { get; init; }

    /// <summary>The type of its values.</summary>
    public required string Type { get; init; }

    /// <summary>The rows that were seen.</summary>
    public required long Rows { get; init; }

    /// <summary>The rows whose state is absent.</summary>
    public required long Absent { get; init; }

    /// <summary>The rows whose state is null.</summary>
    public required long Null { get; init; }

    /// <summary>The values that were looked at (<see cref="FeatureProfilerOptions.RowsPerSequence"/>); what follows is of them.</summary>
    public required long Sampled { get; init; }

    /// <summary>How many of them were not a number (NaN), and are left out of mean and percentiles.</summary>
    public required long NotANumber { get; init; }

    /// <summary>How many different values there were, within about 2.3 %.</summary>
    public required long Distinct { get; init; }

    /// <summary>The mean of the numbers, or of the lengths (Euclidean norms) of vectors; null for text, bytes and booleans.</summary>
    public required double? Mean { get; init; }

    /// <summary>
    /// The 101 percentiles of the numbers or lengths, within about 1 % of rank; the first is the least value, the last the greatest. Empty
    /// for text, bytes and booleans.
    /// </summary>
    public required IReadOnlyList<double> Percentiles { get; init; }

    /// <summary>How many values of text, bytes and booleans fell into each of 16 buckets, by their hash. Zeros for numbers.</summary>
    public required IReadOnlyList<long> Buckets { get; init; }

    /// <summary>The share of rows without a value, 0 to 1.</summary>
    public double ShareMissing => Rows == 0 ? 0 : (double)(Absent + Null) / Rows;
}
