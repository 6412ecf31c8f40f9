namespace Signals.Serving;

/// <summary>
/// The counters of one tenant since it was registered. Each number is exact, but they are not all read at the same instant.
/// </summary>
public sealed record TenantStats
{
    /// <summary>The tenant's name.</summary>
    public required string Tenant { get; init; }

    /// <summary>The number of reads that were admitted.</summary>
    public required long Admitted { get; init; }

    /// <summary>How many of them are running now.</summary>
    public required long Running { get; init; }

    /// <summary>How many of them succeeded.</summary>
    public required long Succeeded { get; init; }

    /// <summary>How many of them failed.</summary>
    public required long Failed { get; init; }

    /// <summary>The number of reads refused because of the rate of reads.</summary>
    public required long RefusedByReads { get; init; }

    /// <summary>The number of reads refused because of the rate of rows.</summary>
    public required long RefusedByRows { get; init; }

    /// <summary>The number of reads refused because of the rate of time.</summary>
    public required long RefusedByMicroseconds { get; init; }

    /// <summary>The number of reads refused because too many reads were running.</summary>
    public required long RefusedByConcurrency { get; init; }

    /// <summary>The number of reads refused because the circuit was open.</summary>
    public required long RefusedByCircuit { get; init; }

    /// <summary>How often the circuit opened.</summary>
    public required long CircuitOpened { get; init; }

    /// <summary>Whether the circuit is open now: no read passes, or only one that tries.</summary>
    public required bool IsCircuitOpen { get; init; }

    /// <summary>The number of rows that were served.</summary>
    public required long Rows { get; init; }

    /// <summary>The microseconds that the tenant's reads took, failed ones included.</summary>
    public required long Microseconds { get; init; }

    /// <summary>The type and message of the last failure; <c>null</c> when there was none.</summary>
    public required string? LastFailure { get; init; }
}
