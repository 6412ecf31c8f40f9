namespace Signals.Samples.Recommender.Model;

/// <summary>
/// The model's answer for one user: a score per item, and what each row added to it. The tensors are kept for comparison.
/// </summary>
/// <param name="Rows">Rows of the sequence.</param>
/// <param name="Size">Rows of the tensors, padding included.</param>
/// <param name="Scores">A score per item, in the order of the catalogue.</param>
/// <param name="Contributions">Size x items.</param>
/// <param name="Items">Size ids of items: what each row was about.</param>
/// <param name="Embedding">Size x <see cref="ModelShape.Dimensions"/>.</param>
/// <param name="Numbers">Size x <see cref="ModelShape.Numbers"/>.</param>
/// <param name="Mask">1 for a row, 0 for padding.</param>
internal sealed record Ranking(
    int Rows, int Size, float[] Scores, float[] Contributions, long[] Items, float[] Embedding, float[] Numbers, float[] Mask)
{
    /// <summary>Indexes of items, best first; of equal scores the first in the catalogue.</summary>
    public int[] Order { get; } = [.. Enumerable.Range(0, Scores.Length).OrderByDescending(item => Scores[item])];

    /// <summary>The rows that moved an item's score most, up or down.</summary>
    public IEnumerable<int> ReasonsFor(int item) =>
        Enumerable.Range(0, Size).Where(row => Mask[row] > 0).OrderByDescending(row => Math.Abs(ContributionOf(row, item)));

    public float ContributionOf(int row, int item) => Contributions[(row * Scores.Length) + item];
}
