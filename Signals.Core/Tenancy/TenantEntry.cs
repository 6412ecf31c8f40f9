namespace Signals.Core.Tenancy;

/// <summary>One read that runs for a tenant, so that it ends once, however many copies of its lease there are.</summary>
/// <remarks>
/// Thread contract: any thread, without locks. Invariant: each lease holds a number of its own; the entry ends for that number once.
/// Lifetime: used again by later reads of the tenant, under further numbers.
/// </remarks>
internal sealed class TenantEntry
{
    private long _number;

    /// <summary>The number of the read that runs now.</summary>
    public long Number => Volatile.Read(ref _number);

    /// <summary>Ends a read; false when it has ended before.</summary>
    public bool TryEnd(long number) => Interlocked.CompareExchange(ref _number, number + 1, number) == number;
}
