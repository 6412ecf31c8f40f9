namespace Signals.Core.Tenancy;

/// <summary>A read that a tenant was let in for. Completed or failed exactly once, by the thread that runs it or another.</summary>
public readonly record struct TenantLease
{
    private readonly Tenant? _tenant;
    private readonly long _enteredAt;

    internal TenantLease(Tenant tenant, long enteredAt)
    {
        _tenant = tenant;
        _enteredAt = enteredAt;
    }

    /// <summary>The read ended well: charges its rows and its time.</summary>
    /// <exception cref="InvalidOperationException">The lease is <c>default</c>: the read was not let in.</exception>
    public void Complete(int rows) => Entered().Complete(_enteredAt, rows);

    /// <summary>The read failed: charges its time and counts towards the circuit. The tenant's own mistakes only, not refusals.</summary>
    /// <exception cref="InvalidOperationException">The lease is <c>default</c>: the read was not let in.</exception>
    public void Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Entered().Fail(_enteredAt, error);
    }

    private Tenant Entered() => _tenant ?? throw new InvalidOperationException("The read was not let in; there is nothing to end.");
}
