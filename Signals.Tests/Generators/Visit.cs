namespace Signals.Tests.Generators;

/// <summary>An event of numbers and a vector, as in the documentation.</summary>
[Event("visit", KeepLast = 500, MaxAgeDays = 90)]
internal readonly partial record struct Visit(UserId User, DateTimeOffset Time, ulong Id)
{
    public long Item { get; init; }

    public float? DwellSeconds { get; init; }

    [Vector(4)]
    public ReadOnlyMemory<Half> Embedding { get; init; }

    public string? Country { get; init; }

    [Enrichment]
    public float? ItemPrice { get; init; }
}
