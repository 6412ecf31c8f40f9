namespace Signals.Core.Definitions;

/// <summary>A column of a raw answer.</summary>
public sealed record OutputColumn
{
    /// <summary>The name in the answer.</summary>
    public required string Name { get; init; }

    /// <summary>The column it comes from: a field or enrichment.</summary>
    public required string Column { get; init; }

    /// <summary>The value where the column is null or absent; <c>null</c> leaves those states as they are.</summary>
    public Literal? Default { get; init; }
}
