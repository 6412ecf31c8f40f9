namespace Signals.Samples.Recommender.Model;

/// <summary>The same model as loops, for comparison: what the graph computes must equal this.</summary>
internal static class PlainModel
{
    /// <summary>Scores all items for one user.</summary>
    public static float[] Score(
        ModelWeights weights, ReadOnlySpan<float> embedding,
        ReadOnlySpan<float> numbers, ReadOnlySpan<float> mask, ReadOnlySpan<float> items)
    {
        const int D = ModelShape.Dimensions;
        double[] attention = Attention(weights, numbers, mask);
        double[] taste = new double[D];
        for (int row = 0; row < mask.Length; row++)
        {
            double purchased = numbers[(row * ModelShape.Numbers) + ModelShape.PurchaseNumber];
            for (int from = 0; from < D; from++)
            {
                double value = embedding[(row * D) + from];
                for (int to = 0; to < D; to++)
                {
                    taste[to] += value * ((attention[row] * weights.Similar[(from * D) + to])
                        + (purchased * weights.AfterPurchase[(from * D) + to]));
                }
            }
        }

        float[] scores = new float[weights.Bias.Length];
        for (int item = 0; item < scores.Length; item++)
        {
            double score = weights.Bias[item];
            for (int d = 0; d < D; d++)
            {
                score += taste[d] * items[(item * D) + d];
            }

            scores[item] = (float)score;
        }

        return scores;
    }

    private static double[] Attention(ModelWeights weights, ReadOnlySpan<float> numbers, ReadOnlySpan<float> mask)
    {
        double[] attention = new double[mask.Length];
        double sum = 0;
        for (int row = 0; row < mask.Length; row++)
        {
            double logit = 0;
            for (int n = 0; n < ModelShape.Numbers; n++)
            {
                logit += weights.Attention[n] * numbers[(row * ModelShape.Numbers) + n];
            }

            attention[row] = mask[row] * Math.Exp(logit);
            sum += attention[row];
        }

        return sum == 0 ? attention : [.. attention.Select(a => a / sum)];
    }
}
