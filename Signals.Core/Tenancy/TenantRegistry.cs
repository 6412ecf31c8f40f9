using System.Diagnostics.CodeAnalysis;
using Signals.Core.Model;

namespace Signals.Serving;

/// <summary>
/// The tenants of a host, by name. A lookup is one volatile read and one hash probe, without a lock or an allocation. Any thread.
/// </summary>
public sealed class TenantRegistry
{
    private readonly TimeProvider _time;
    private readonly Lock _changing = new();

    // Replaced as a whole under the lock and never changed afterwards. Read without the lock.
    private volatile Dictionary<string, Tenant> _tenants = new(StringComparer.Ordinal);
    private volatile Tenant[] _inOrder = [];

    /// <summary>An empty registry.</summary>
    /// <param name="time">The clock for quotas.</param>
    internal TenantRegistry(TimeProvider time) => _time = time;

    /// <summary>The tenants that are registered now, in no particular order.</summary>
    public IReadOnlyCollection<Tenant> Tenants => _tenants.Values;

    /// <summary>The tenants that are registered now, in the order in which their names were first registered.</summary>
    internal IReadOnlyList<Tenant> InOrder => _inOrder;

    /// <summary>
    /// Registers a tenant. A tenant that is registered already gets the new limits and starts anew, with empty counters and a
    /// closed circuit.
    /// </summary>
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

    /// <summary>Removes a tenant. Its running reads go on and end normally.</summary>
    /// <returns>False when the tenant is unknown.</returns>
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

    /// <summary>Finds the tenant of this name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Tenant? tenant) => _tenants.TryGetValue(name, out tenant);
}
