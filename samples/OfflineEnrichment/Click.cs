namespace Signals.Samples.OfflineEnrichment;

/// <summary>Something that a shopper truly did.</summary>
internal sealed record Click(ulong User, DateTimeOffset Time, ulong Id, ulong Item);
