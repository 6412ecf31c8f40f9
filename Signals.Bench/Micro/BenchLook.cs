namespace Signals.Bench.Micro;

/// <summary>A typed event with a vector.</summary>
[Event("look")]
public readonly partial record struct BenchLook(UserId User, DateTimeOffset Time, ulong Id)
{
    public long Item { get; init; }

    public float? DwellSeconds { get; init; }

    [Vector(64)]
    public ReadOnlyMemory<Half> Embedding { get; init; }
}
