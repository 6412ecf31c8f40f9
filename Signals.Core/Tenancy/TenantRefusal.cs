namespace Signals.Core.Tenancy;

/// <summary>Why a tenant's read was refused.</summary>
public enum TenantRefusal : byte
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>No tenant of this name is registered.</summary>
    UnknownTenant = 1,

    /// <summary>Too many reads a second.</summary>
    Reads = 2,

    /// <summary>Too many rows a second.</summary>
    Rows = 3,

    /// <summary>Too much time a second.</summary>
    Microseconds = 4,

    /// <summary>Too many reads at the same time.</summary>
    Concurrency = 5,

    /// <summary>Too many failures in a row.</summary>
    CircuitOpen = 6,
}
