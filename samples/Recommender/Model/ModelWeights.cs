using Signals.Samples.Recommender.Shop;

namespace Signals.Samples.Recommender.Model;

/// <summary>
/// Everything that training learns. Row i of a sequence has the attention a(i) = softmax(numbers(i) . Attention); item m has the score
/// Bias(m) + sum over i of (embedding(i) . (a(i) * Similar + purchased(i) * AfterPurchase)) . Items(m): a purchase counts whole,
/// however long ago it was, or what was bought would be offered again.
/// </summary>
internal sealed class ModelWeights
{
    /// <summary>A vector per item.</summary>
    public float[] Items { get; } = new float[Catalogue.Items.Count * ModelShape.Dimensions];

    public float[] Bias { get; } = new float[Catalogue.Items.Count];

    public float[] Attention { get; } = new float[ModelShape.Numbers];

    /// <summary>Dimensions x dimensions, row by row: what an event says about the next item.</summary>
    public float[] Similar { get; } = new float[ModelShape.Dimensions * ModelShape.Dimensions];

    /// <summary>What it says besides when it is a purchase.</summary>
    public float[] AfterPurchase { get; } = new float[ModelShape.Dimensions * ModelShape.Dimensions];

    /// <summary>Vectors at random, and the identity as what is similar: where training begins.</summary>
    public static ModelWeights Initial(Random random)
    {
        ModelWeights weights = new();
        for (int i = 0; i < weights.Items.Length; i++)
        {
            weights.Items[i] = (random.NextSingle() - 0.5f) * 0.6f;
        }

        for (int d = 0; d < ModelShape.Dimensions; d++)
        {
            weights.Similar[(d * ModelShape.Dimensions) + d] = 1;
        }

        return weights;
    }
}
