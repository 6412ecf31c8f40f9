using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>The value of a column: one element, or as many as a vector has dimensions.</summary>
internal sealed record ColumnFeature : Feature
{
    /// <summary>A scalar or vector column, field or enrichment.</summary>
    public required string Column { get; init; }

    /// <summary>
    /// The value to use for a row without a value: a number, or a boolean for a boolean column. For a vector it is the value of
    /// every component. <c>null</c> for 0. It is scaled like a value.
    /// </summary>
    public Literal? Default { get; init; }

    /// <summary>How the number is scaled; <c>null</c> for not at all. Only for scalar columns of numbers.</summary>
    public Scaling? Scaling { get; init; }
}
