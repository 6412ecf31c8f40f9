namespace Signals.Samples.Recommender.Model;

/// <summary>A sequence, newest first, and the item that came next.</summary>
/// <param name="Items">Indexes of items.</param>
/// <param name="Numbers">Rows x <see cref="ModelShape.Numbers"/>, as the definition's tensor has them.</param>
/// <param name="Next">The index of the item to guess.</param>
internal sealed record Example(int[] Items, float[] Numbers, int Next);
