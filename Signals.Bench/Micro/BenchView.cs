namespace Signals.Bench.Micro;

/// <summary>A typed event of numbers.</summary>
[Event("view")]
public readonly partial record struct BenchView(UserId User, DateTimeOffset Time, ulong Id)
{
    public long Item { get; init; }

    public float? DwellSeconds { get; init; }

    public byte Surface { get; init; }
}
