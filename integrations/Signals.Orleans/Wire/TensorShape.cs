namespace Signals.Orleans.Wire;

/// <summary>One tensor as the caller's memory expects it: for each user <c>Rows x Width</c> elements. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("signals.tensor-shape")]
internal sealed record TensorShape(string Name, TensorElement Element, int Rows, int Width);
