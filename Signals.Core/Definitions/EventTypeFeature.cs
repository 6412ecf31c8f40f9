namespace Signals.Core.Definitions;

/// <summary>The event's type, with the definition's sources in their order as the vocabulary.</summary>
public sealed record EventTypeFeature : Feature
{
    /// <summary>One-hot: an element per source. Index: one element, the source's position + 1, as 0 is padding.</summary>
    public CategoryEncoding Encoding { get; init; }
}
