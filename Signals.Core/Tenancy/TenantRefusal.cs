namespace Signals.Serving;

/// <summary>Why a tenant's read was refused.</summary>
public enum TenantRefusal : byte
{
    /// <summary>The read was not refused.</summary>
    None = 0,

    /// <summary>The tenant made too many reads per second.</summary>
    Reads = 1,

    /// <summary>The tenant read too many rows per second.</summary>
    Rows = 2,

    /// <summary>The tenant's reads took too much time per second.</summary>
    Microseconds = 3,

    /// <summary>The tenant has too many reads at the same time.</summary>
    Concurrency = 4,

    /// <summary>The tenant had too many failures in a row.</summary>
    CircuitOpen = 5,
}
