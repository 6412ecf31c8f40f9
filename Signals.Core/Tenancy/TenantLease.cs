using Signals.Serving;

namespace Signals.Core.Tenancy;

/// <summary>
/// The permission for one read of a tenant. It must be completed or failed exactly once, by the thread that runs the read or by
/// another. A second time is refused, also through a copy of the lease.
/// </summary>
internal readonly record struct TenantLease
{
    private readonly Tenant? _tenant;
    private readonly TenantEntry? _entry;
    private readonly long _number;
    private readonly long _enteredAt;

    internal TenantLease(Tenant tenant, TenantEntry entry, long enteredAt)
    {
        _tenant = tenant;
        _entry = entry;
        _number = entry.Number;
        _enteredAt = enteredAt;
    }

    /// <summary>Ends a read that succeeded. Its rows and its time are charged to the tenant.</summary>
    /// <exception cref="InvalidOperationException">
    /// The lease is <c>default</c>, so no read was admitted; or the read has already ended.
    /// </exception>
    public void Complete(int rows) => End().Complete(_enteredAt, rows);

    /// <summary>
    /// Ends a read that failed. Its time is charged to the tenant, and the failure counts towards the circuit. Call it for the
    /// tenant's own errors, not for refusals.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The lease is <c>default</c>, so no read was admitted; or the read has already ended.
    /// </exception>
    public void Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        End().Fail(_enteredAt, error);
    }

    private Tenant End()
    {
        Tenant tenant = _tenant
            ?? throw new InvalidOperationException("The lease is the default: no read was admitted, so there is none to end.");
        return tenant.TryEnd(_entry!, _number)
            ? tenant
            : throw new InvalidOperationException(
                $"The read of the tenant '{tenant.Name}' has already ended; complete or fail a lease only once.");
    }
}
