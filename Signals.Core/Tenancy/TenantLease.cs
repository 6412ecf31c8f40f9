namespace Signals.Core.Tenancy;

/// <summary>
/// A read that a tenant was let in for. Completed or failed exactly once, by the thread that runs it or another; a second time is refused,
/// with a copy of the lease, too.
/// </summary>
public readonly record struct TenantLease
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

    /// <summary>The read ended well: charges its rows and its time.</summary>
    /// <exception cref="InvalidOperationException">The lease is <c>default</c>: the read was not let in. Or the read has ended already.</exception>
    public void Complete(int rows) => End().Complete(_enteredAt, rows);

    /// <summary>The read failed: charges its time and counts towards the circuit. The tenant's own mistakes only, not refusals.</summary>
    /// <exception cref="InvalidOperationException">The lease is <c>default</c>: the read was not let in. Or the read has ended already.</exception>
    public void Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        End().Fail(_enteredAt, error);
    }

    private Tenant End()
    {
        Tenant tenant = _tenant ?? throw new InvalidOperationException("The read was not let in; there is nothing to end.");
        return tenant.TryEnd(_entry!, _number)
            ? tenant
            : throw new InvalidOperationException($"The read of the tenant '{tenant.Name}' has ended already; complete or fail a lease once.");
    }
}
