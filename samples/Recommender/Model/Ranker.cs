using Microsoft.ML.OnnxRuntime;
using Signals.Definitions;
using Signals.Samples.Recommender.Shop;
using Signals.Serving;

namespace Signals.Samples.Recommender.Model;

/// <summary>
/// Ranks the items for a shopper: the store writes the definition's tensors into arrays, ONNX Runtime reads those arrays.
/// </summary>
/// <remarks>Thread contract: any thread; each ranking has arrays of its own.</remarks>
internal sealed class Ranker(SignalStore store, byte[] onnx, float[] items) : IDisposable
{
    private static readonly string[] InputNames = ["embedding", "numbers", "mask", "items"];
    private static readonly string[] OutputNames = ["scores", "contributions"];

    private readonly InferenceSession _session = new(onnx);

    /// <exception cref="ArgumentException">The definition that is served now has not the tensors that the model takes.</exception>
    public Ranking Rank(UserId user, ReadTrace? trace = null)
    {
        int size = store.Definitions.TryGet(ShopSchema.Feed, out SequenceDefinition? definition) ? definition.With().Size.Value : 0;
        long[] ids = new long[size];
        float[] embedding = new float[size * ModelShape.Dimensions];
        float[] numbers = new float[size * ModelShape.Numbers];
        float[] mask = new float[size];
        TensorSet tensors = new TensorSet()
            .Bind<long>("item", ids).Bind<float>("embedding", embedding).Bind<float>("numbers", numbers).Bind<float>("mask", mask);
        store.ReadTensors([user], ShopSchema.Feed, tensors, new ReadOptions { Trace = trace });

        using OrtValue embeddingValue = OrtValue.CreateTensorValueFromMemory(embedding, [1, size, ModelShape.Dimensions]);
        using OrtValue numbersValue = OrtValue.CreateTensorValueFromMemory(numbers, [1, size, ModelShape.Numbers]);
        using OrtValue maskValue = OrtValue.CreateTensorValueFromMemory(mask, [1, size, 1]);
        using OrtValue itemsValue = OrtValue.CreateTensorValueFromMemory(items, [Catalogue.Items.Count, ModelShape.Dimensions]);
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            options, InputNames, [embeddingValue, numbersValue, maskValue, itemsValue], OutputNames);
        return new Ranking(
            tensors.Lengths[0],
            size,
            outputs[0].GetTensorDataAsSpan<float>().ToArray(),
            outputs[1].GetTensorDataAsSpan<float>().ToArray(),
            ids,
            embedding,
            numbers,
            mask);
    }

    public void Dispose() => _session.Dispose();
}
