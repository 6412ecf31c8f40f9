namespace Signals.Core.Tenancy;

/// <summary>What one tenant has done since it was registered. Each number is exact; together they are not of one instant.</summary>
public sealed record TenantStats
{
    /// <summary>The tenant's name.</summary>
    public required string Tenant { get; init; }

    /// <summary>Reads that were let in.</summary>
    public required long Admitted { get; init; }

    /// <summary>Of those, reads that run now.</summary>
    public required long Running { get; init; }

    /// <summary>Of those, reads that ended well.</summary>
    public required long Succeeded { get; init; }

    /// <summary>Of those, reads that failed.</summary>
    public required long Failed { get; init; }

    /// <summary>Reads refused by the rate of reads.</summary>
    public required long RefusedByReads { get; init; }

    /// <summary>Reads refused by the rate of rows.</summary>
    public required long RefusedByRows { get; init; }

    /// <summary>Reads refused by the rate of time.</summary>
    public required long RefusedByMicroseconds { get; init; }

    /// <summary>Reads refused because too many ran.</summary>
    public required long RefusedByConcurrency { get; init; }

    /// <summary>Reads refused by the open circuit.</summary>
    public required long RefusedByCircuit { get; init; }

    /// <summary>How often the circuit opened.</summary>
    public required long CircuitOpened { get; init; }

    /// <summary>Whether the circuit is open now: no read passes, or one that tries.</summary>
    public required bool IsCircuitOpen { get; init; }

    /// <summary>Rows that were served.</summary>
    public required long Rows { get; init; }

    /// <summary>Time that its reads took, failures included.</summary>
    public required long Microseconds { get; init; }

    /// <summary>The last failure's type and message; <c>null</c> without one.</summary>
    public required string? LastFailure { get; init; }
}
