namespace Signals.Core.Definitions;

/// <summary>
/// A small category as one-hot, multi-hot or index. A value equals a category as in a comparison: numbers by exact value, text by its bytes.
/// </summary>
public sealed record CategoryFeature : Feature
{
    /// <summary>Scalar, text or bytes columns: one for one-hot and index; multi-hot takes several.</summary>
    public required ValueList<string> Columns { get; init; }

    /// <summary>The vocabulary, each value once.</summary>
    public required ValueList<Literal> Categories { get; init; }

    /// <summary>How it becomes numbers.</summary>
    public CategoryEncoding Encoding { get; init; }

    /// <summary>Whether a value outside the vocabulary has a place of its own, the last.</summary>
    public bool HasOther { get; init; }

    /// <summary>Elements of a row.</summary>
    public int Width => Encoding == CategoryEncoding.Index ? 1 : Categories.Count + (HasOther ? 1 : 0);
}
