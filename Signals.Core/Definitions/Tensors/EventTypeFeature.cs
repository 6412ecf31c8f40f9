using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>The event's type. The vocabulary is the definition's sources in their order.</summary>
internal sealed record EventTypeFeature : Feature
{
    /// <summary>
    /// One-hot has one element per source. Index has one element, the source's position + 1, because 0 is padding.
    /// </summary>
    public CategoryEncoding Encoding { get; init; }
}
