using Signals.Samples.Recommender.Shop;

namespace Signals.Samples.Recommender.Simulation;

/// <summary>Something that a simulated shopper did.</summary>
internal sealed record ShopEvent(string Type, long TimeMs, Item Item, float DwellSeconds);
