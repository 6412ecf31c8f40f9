namespace Signals.Core.Definitions;

/// <summary>A column's value: one element, or as many as a vector has dimensions.</summary>
public sealed record ColumnFeature : Feature
{
    /// <summary>A scalar or vector column, field or enrichment.</summary>
    public required string Column { get; init; }

    /// <summary>
    /// The value where there is none: a number, or a boolean for a boolean column; every component of a vector. <c>null</c> for 0.
    /// Scaling applies to it as to a value.
    /// </summary>
    public Literal? Default { get; init; }

    /// <summary>What is done to the number; scalar columns of numbers only.</summary>
    public Scaling? Scaling { get; init; }
}
