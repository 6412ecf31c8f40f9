namespace Signals.Definitions;

/// <summary>The results so far of comparing a definition with its shadow. Immutable.</summary>
public sealed record ShadowReport
{
    /// <summary>The number of reads that were chosen for a comparison.</summary>
    public required long Sampled { get; init; }

    /// <summary>How many of the sampled reads were not compared because too many waited.</summary>
    public required long Dropped { get; init; }

    /// <summary>How many of the comparisons failed with an error. The caller of the read never sees it.</summary>
    public required long Failed { get; init; }

    /// <summary>The error of the last failure; <c>null</c> when there was none.</summary>
    public required string? LastFailure { get; init; }

    /// <summary>The number of comparisons that were made.</summary>
    public required long Compared { get; init; }

    /// <summary>How many comparisons found the same events in the same order, with all common columns equal.</summary>
    public required long Equal { get; init; }

    /// <summary>How many comparisons found different lengths.</summary>
    public required long LengthDiffers { get; init; }

    /// <summary>How many comparisons found the common events in a different order.</summary>
    public required long OrderDiffers { get; init; }

    /// <summary>The number of events that both sequences had, over all comparisons.</summary>
    public required long RowsInBoth { get; init; }

    /// <summary>The number of events that only the served sequence had.</summary>
    public required long RowsOnlyServed { get; init; }

    /// <summary>The number of events that only the shadow had.</summary>
    public required long RowsOnlyShadow { get; init; }

    /// <summary>The result for each output column of the served definition.</summary>
    public required IReadOnlyList<ShadowField> Fields { get; init; }
}
