using Signals.Definitions;

namespace Signals.Core.Definitions;

/// <summary>A column of a raw answer.</summary>
internal sealed record OutputColumn
{
    /// <summary>The name in the answer.</summary>
    public required string Name { get; init; }

    /// <summary>The column that it comes from: a field or an enrichment.</summary>
    public required string Column { get; init; }

    /// <summary>
    /// The value for rows in which the column is null or absent. <c>null</c> leaves those rows without a value.
    /// </summary>
    public Literal? Default { get; init; }
}
