namespace Signals.Samples.Recommender.Shop;

/// <summary>Something that the shop sells.</summary>
internal sealed record Item(int Index, ulong Id, string Title, string Category, float Price);
