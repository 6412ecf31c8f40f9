using System.Numerics.Tensors;
using Signals.Samples.Recommender.Shop;

namespace Signals.Samples.Recommender.Model;

/// <summary>
/// Trains the model by stochastic gradient descent on the cross entropy of the next item. One thread; the same at every run.
/// </summary>
internal sealed class ModelTrainer(ModelWeights weights)
{
    private const int D = ModelShape.Dimensions;
    private const float FirstRate = 0.03f;

    private readonly float[] _scores = new float[Catalogue.Items.Count];
    private readonly float[] _seen = new float[D];      // sum of attention x vector
    private readonly float[] _bought = new float[D];    // sum of the vectors of purchases
    private readonly float[] _taste = new float[D];
    private readonly float[] _slope = new float[D];     // of the loss by _taste
    private readonly float[] _toSeen = new float[D];
    private readonly float[] _toBought = new float[D];

    public void Train(IReadOnlyList<Example> examples, int epochs, Random random)
    {
        int[] order = [.. Enumerable.Range(0, examples.Count)];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            random.Shuffle(order);
            float rate = FirstRate / (1 + epoch);
            foreach (int i in order)
            {
                Step(examples[i], rate);
            }
        }
    }

    /// <summary>The scores of all items; valid until the next call.</summary>
    public ReadOnlySpan<float> Score(Example example)
    {
        Forward(example, new float[example.Items.Length]);
        return _scores;
    }

    /// <summary>Softmax; less the greatest first, or large values overflow.</summary>
    private static void ToShares(Span<float> values)
    {
        TensorPrimitives.Subtract(values, TensorPrimitives.Max(values), values);
        TensorPrimitives.SoftMax(values, values);
    }

    private Span<float> Vector(int item) => weights.Items.AsSpan(item * D, D);

    private void Forward(Example example, Span<float> attention)
    {
        for (int i = 0; i < attention.Length; i++)
        {
            attention[i] = TensorPrimitives.Dot(example.Numbers.AsSpan(i * ModelShape.Numbers, ModelShape.Numbers), weights.Attention);
        }

        ToShares(attention);
        _seen.AsSpan().Clear();
        _bought.AsSpan().Clear();
        for (int i = 0; i < attention.Length; i++)
        {
            TensorPrimitives.MultiplyAdd(Vector(example.Items[i]), attention[i], _seen, _seen);
            float purchased = example.Numbers[(i * ModelShape.Numbers) + ModelShape.PurchaseNumber];
            TensorPrimitives.MultiplyAdd(Vector(example.Items[i]), purchased, _bought, _bought);
        }

        _taste.AsSpan().Clear();
        for (int d = 0; d < D; d++)
        {
            TensorPrimitives.MultiplyAdd(weights.Similar.AsSpan(d * D, D), _seen[d], _taste, _taste);
            TensorPrimitives.MultiplyAdd(weights.AfterPurchase.AsSpan(d * D, D), _bought[d], _taste, _taste);
        }

        for (int m = 0; m < _scores.Length; m++)
        {
            _scores[m] = weights.Bias[m] + TensorPrimitives.Dot(_taste, Vector(m));
        }
    }

    private void Step(Example example, float rate)
    {
        Span<float> attention = stackalloc float[example.Items.Length];
        Forward(example, attention);
        ToShares(_scores);
        _scores[example.Next] -= 1;

        _slope.AsSpan().Clear();
        for (int m = 0; m < _scores.Length; m++)
        {
            TensorPrimitives.MultiplyAdd(Vector(m), _scores[m], _slope, _slope);
            TensorPrimitives.MultiplyAdd(_taste, -rate * _scores[m], Vector(m), Vector(m));
            weights.Bias[m] -= rate * _scores[m];
        }

        for (int d = 0; d < D; d++)
        {
            Span<float> similar = weights.Similar.AsSpan(d * D, D);
            Span<float> after = weights.AfterPurchase.AsSpan(d * D, D);
            _toSeen[d] = TensorPrimitives.Dot(similar, _slope);
            _toBought[d] = TensorPrimitives.Dot(after, _slope);
            TensorPrimitives.MultiplyAdd(_slope, -rate * _seen[d], similar, similar);
            TensorPrimitives.MultiplyAdd(_slope, -rate * _bought[d], after, after);
        }

        StepRows(example, attention, rate);
    }

    private void StepRows(Example example, ReadOnlySpan<float> attention, float rate)
    {
        Span<float> slopes = stackalloc float[attention.Length];
        for (int i = 0; i < attention.Length; i++)
        {
            Span<float> vector = Vector(example.Items[i]);
            float purchased = example.Numbers[(i * ModelShape.Numbers) + ModelShape.PurchaseNumber];
            slopes[i] = TensorPrimitives.Dot(vector, _toSeen);
            TensorPrimitives.MultiplyAdd(_toSeen, -rate * attention[i], vector, vector);
            TensorPrimitives.MultiplyAdd(_toBought, -rate * purchased, vector, vector);
        }

        float mean = TensorPrimitives.Dot(slopes, attention);
        for (int i = 0; i < attention.Length; i++)
        {
            ReadOnlySpan<float> numbers = example.Numbers.AsSpan(i * ModelShape.Numbers, ModelShape.Numbers);
            TensorPrimitives.MultiplyAdd(numbers, -rate * attention[i] * (slopes[i] - mean), weights.Attention, weights.Attention);
        }
    }
}
