namespace Signals.Core.Tenancy;

/// <summary>One running read of a tenant. It makes sure that the read ends only once, even when its lease is copied.</summary>
/// <remarks>
/// Thread contract: any thread, without locks. Invariant: each lease holds its own number, and the entry ends only once for that
/// number. Lifetime: later reads of the tenant reuse the entry under other numbers.
/// </remarks>
internal sealed class TenantEntry
{
    private long _number;

    /// <summary>The number of the current read.</summary>
    public long Number => Volatile.Read(ref _number);

    /// <summary>Ends a read. False when it had already ended.</summary>
    public bool TryEnd(long number) => Interlocked.CompareExchange(ref _number, number + 1, number) == number;
}
