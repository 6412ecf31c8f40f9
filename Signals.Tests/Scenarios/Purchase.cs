namespace Signals.Tests.Scenarios;

/// <summary>A purchase that truly happened.</summary>
internal sealed record Purchase(UserId User, long TimeMs, ulong Id, ulong Item, int Quantity);
