namespace Signals.Serving;

/// <summary>Why a tenant's read was refused.</summary>
public enum TenantRefusal : byte
{
    /// <summary>The read was not refused.</summary>
    None = 0,

    /// <summary>No tenant of this name is registered.</summary>
    UnknownTenant = 1,

    /// <summary>The tenant made too many reads per second.</summary>
    Reads = 2,

    /// <summary>The tenant read too many rows per second.</summary>
    Rows = 3,

    /// <summary>The tenant's reads took too much time per second.</summary>
    Microseconds = 4,

    /// <summary>The tenant has too many reads at the same time.</summary>
    Concurrency = 5,

    /// <summary>The tenant had too many failures in a row.</summary>
    CircuitOpen = 6,
}
