using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Tensors;

/// <summary>
/// A category from a small vocabulary, as one-hot, multi-hot or index. A value equals a category under the rules of comparisons:
/// numbers by exact value, text by its bytes.
/// </summary>
internal sealed record CategoryFeature : Feature
{
    /// <summary>Scalar, text or bytes columns. One-hot and index take one column; multi-hot takes several.</summary>
    public required ValueList<string> Columns { get; init; }

    /// <summary>The vocabulary. Each value occurs once.</summary>
    public required ValueList<Literal> Categories { get; init; }

    /// <summary>How the category becomes numbers.</summary>
    public CategoryEncoding Encoding { get; init; }

    /// <summary>Whether values outside the vocabulary have a place of their own. It is the last one.</summary>
    public bool HasOther { get; init; }

    /// <summary>The number of elements of a row.</summary>
    public int Width => Encoding == CategoryEncoding.Index ? 1 : Categories.Count + (HasOther ? 1 : 0);
}
