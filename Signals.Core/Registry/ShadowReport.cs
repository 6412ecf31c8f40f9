namespace Signals.Core.Registry;

/// <summary>What the comparison of a definition with its shadow has found so far. Immutable.</summary>
public sealed record ShadowReport
{
    /// <summary>Reads that were chosen for a comparison.</summary>
    public required long Sampled { get; init; }

    /// <summary>Of those, reads that were not compared because too many waited.</summary>
    public required long Dropped { get; init; }

    /// <summary>Of those, comparisons that failed with an error; the caller never sees it.</summary>
    public required long Failed { get; init; }

    /// <summary>The error of the last failure; <c>null</c> without one.</summary>
    public required string? LastFailure { get; init; }

    /// <summary>Comparisons that were made.</summary>
    public required long Compared { get; init; }

    /// <summary>Those in which both sequences were the same: events, order and all common columns.</summary>
    public required long Equal { get; init; }

    /// <summary>Those in which the lengths differed.</summary>
    public required long LengthDiffers { get; init; }

    /// <summary>Those in which common events came in another order.</summary>
    public required long OrderDiffers { get; init; }

    /// <summary>Events that both had, over all comparisons.</summary>
    public required long RowsInBoth { get; init; }

    /// <summary>Events that only the served sequence had.</summary>
    public required long RowsOnlyServed { get; init; }

    /// <summary>Events that only the shadow had.</summary>
    public required long RowsOnlyShadow { get; init; }

    /// <summary>Each output column of the served definition.</summary>
    public required IReadOnlyList<ShadowField> Fields { get; init; }
}
