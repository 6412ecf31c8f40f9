namespace Signals.Core.Definitions.Tensors;

/// <summary>1 where the column has a value, 0 where it is null or absent. One element.</summary>
internal sealed record PresenceFeature : Feature
{
    /// <summary>Any column.</summary>
    public required string Column { get; init; }
}
