using System.Diagnostics.CodeAnalysis;
using Signals.Core.Model;

namespace Signals.Core.Tenancy;

/// <summary>The tenants of a host by name. A look-up is one volatile read and a hash probe, without lock or allocation; any thread.</summary>
/// <param name="time">Where quotas take time from; the system's when left out.</param>
public sealed class TenantRegistry(TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _changing = new();

    // Replaced whole under the lock, never changed after; read without it.
    private volatile Dictionary<string, Tenant> _tenants = new(StringComparer.Ordinal);
    private volatile Tenant[] _inOrder = [];

    /// <summary>The tenants that are registered now, in no order.</summary>
    public IReadOnlyCollection<Tenant> Tenants => _tenants.Values;

    /// <summary>The same in the order in which their names were registered first.</summary>
    internal IReadOnlyList<Tenant> InOrder => _inOrder;

    /// <summary>Registers a tenant, or gives a registered one another quota: it then begins anew, with empty counters and a closed circuit.</summary>
    /// <exception cref="ArgumentException">The name is empty or has half of a surrogate pair, or an option is out of bounds.</exception>
    public Tenant Register(string name, TenantOptions options)
    {
        IdentityText.Require(name, nameof(name));
        ArgumentNullException.ThrowIfNull(options);
        var tenant = new Tenant(name, options, _time);
        lock (_changing)
        {
            Tenant[] order = _inOrder;
            int place = Array.FindIndex(order, other => other.Name == name);
            _inOrder = place < 0 ? [.. order, tenant] : [.. order[..place], tenant, .. order[(place + 1)..]];
            _tenants = new Dictionary<string, Tenant>(_tenants, StringComparer.Ordinal) { [name] = tenant };
        }

        return tenant;
    }

    /// <summary>Forgets a tenant; its running reads end as they began.</summary>
    /// <returns>False when it is unknown.</returns>
    public bool Remove(string name)
    {
        lock (_changing)
        {
            var copy = new Dictionary<string, Tenant>(_tenants, StringComparer.Ordinal);
            bool isDone = copy.Remove(name);
            _inOrder = Array.FindAll(_inOrder, tenant => tenant.Name != name);
            _tenants = copy;
            return isDone;
        }
    }

    /// <summary>Finds a tenant.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Tenant? tenant) => _tenants.TryGetValue(name, out tenant);

    /// <summary>Asks to run one read of a tenant.</summary>
    /// <returns>To be completed or failed exactly once.</returns>
    /// <exception cref="TenantRefusedException">The tenant is unknown, or it may not.</exception>
    public TenantLease Enter(string name) => TryGet(name, out Tenant? tenant)
        ? tenant.Enter()
        : throw new TenantRefusedException(name, TenantRefusal.UnknownTenant, TimeSpan.Zero);
}
