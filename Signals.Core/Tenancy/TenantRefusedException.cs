using Signals.Core.Model;

namespace Signals.Core.Tenancy;

/// <summary>A read was refused because of its tenant's quota or failures. Other tenants are unaffected. Immutable.</summary>
/// <param name="tenant">The tenant's name.</param>
/// <param name="reason">Why it was refused.</param>
/// <param name="retryAfter">How long to wait before the next try can succeed, as far as can be told; zero otherwise.</param>
public sealed class TenantRefusedException(string tenant, TenantRefusal reason, TimeSpan retryAfter)
    : SignalsException($"A read of tenant '{tenant}' was refused: {reason}; try again after {retryAfter}.")
{
    /// <summary>The tenant's name.</summary>
    public string Tenant { get; } = tenant;

    /// <summary>Why it was refused.</summary>
    public TenantRefusal Reason { get; } = reason;

    /// <summary>How long to wait before the next try can succeed, as far as can be told; zero otherwise.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
