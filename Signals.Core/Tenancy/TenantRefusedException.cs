namespace Signals.Serving;

/// <summary>A read was refused because of its tenant's quota or failures. Other tenants are not affected. Immutable.</summary>
/// <param name="tenant">The tenant's name.</param>
/// <param name="reason">Why the read was refused.</param>
/// <param name="retryAfter">How long to wait until a retry can succeed, as far as is known; otherwise zero.</param>
public sealed class TenantRefusedException(string tenant, TenantRefusal reason, TimeSpan retryAfter)
    : SignalsException($"A read of tenant '{tenant}' was refused: {reason}; try again after {retryAfter}.")
{
    /// <summary>The tenant's name.</summary>
    public string Tenant { get; } = tenant;

    /// <summary>Why the read was refused.</summary>
    public TenantRefusal Reason { get; } = reason;

    /// <summary>How long to wait until a retry can succeed, as far as is known; otherwise zero.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
