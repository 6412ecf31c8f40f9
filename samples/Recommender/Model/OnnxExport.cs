using Signals.Samples.Recommender.Shop;

namespace Signals.Samples.Recommender.Model;

/// <summary>The model as an ONNX graph. What each row adds to each item's score is an output of its own, so reasons are no guess.</summary>
internal static class OnnxExport
{
    public static byte[] Write(ModelWeights weights)
    {
        const int D = ModelShape.Dimensions;
        float[] isPurchase = new float[ModelShape.Numbers];
        isPurchase[ModelShape.PurchaseNumber] = 1;
        return new OnnxGraph()
            .Input("embedding", "users", "rows", "64")
            .Input("numbers", "users", "rows", "5")
            .Input("mask", "users", "rows", "1")
            .Input("items", "items", "64")
            .Weights("w_attention", weights.Attention, ModelShape.Numbers, 1)
            .Weights("w_similar", weights.Similar, D, D)
            .Weights("w_after_purchase", weights.AfterPurchase, D, D)
            .Weights("w_bias", weights.Bias, Catalogue.Items.Count)
            .Weights("is_purchase", isPurchase, ModelShape.Numbers, 1)
            .Weights("one", [1], 1)
            .Weights("far_below", [1e9f], 1)
            .Axis("rows_axis", 1)

            // Attention over the rows that are there.
            .Node("MatMul", "logits", "numbers", "w_attention")
            .Node("Sub", "mask_minus_one", "mask", "one")
            .Node("Mul", "padding", "mask_minus_one", "far_below")
            .Node("Add", "masked", "logits", "padding")
            .Node("Softmax", "softmax", "axis", 1, "masked")
            .Node("Mul", "attention", "softmax", "mask")

            // What each row says, and besides what it says as a purchase.
            .Node("MatMul", "said", "embedding", "w_similar")
            .Node("MatMul", "said_after_purchase", "embedding", "w_after_purchase")
            .Node("MatMul", "purchased", "numbers", "is_purchase")
            .Node("Mul", "said_if_purchased", "said_after_purchase", "purchased")
            .Node("Mul", "heard_of_all", "said", "attention")
            .Node("Add", "heard", "heard_of_all", "said_if_purchased")

            .Node("Transpose", "items_transposed", "items")
            .Node("MatMul", "contributions", "heard", "items_transposed")
            .Node("ReduceSum", "sum", "keepdims", 0, "contributions", "rows_axis")
            .Node("Add", "scores", "sum", "w_bias")
            .Output("scores", "users", "items")
            .Output("contributions", "users", "rows", "items")
            .Output("attention", "users", "rows", "1")
            .ToFile();
    }
}
