namespace Signals.Orleans.Placement;

/// <summary>
/// The machines of the cluster as membership shows them at one moment. A stale view is harmless: it opens a replica too early or
/// too late. Immutable.
/// </summary>
internal sealed class ClusterView
{
    private readonly Dictionary<string, SiloAddress> _byName;
    private readonly Func<string, string>? _zoneOf;

    private ClusterView(Dictionary<string, SiloAddress> byName, Func<string, string>? zoneOf)
    {
        (_byName, _zoneOf) = (byName, zoneOf);
        Names = [.. byName.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of the active silos, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The active silos, and this one even while it joins.</summary>
    /// <param name="snapshot">What membership says.</param>
    /// <param name="zoneOf">The zone of a machine by its name; null for no zones.</param>
    /// <param name="self">This silo.</param>
    public static ClusterView Of(ClusterMembershipSnapshot snapshot, Func<string, string>? zoneOf, SiloAddress? self = null) => new(
        snapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active || member.SiloAddress.Equals(self))
            .GroupBy(member => member.Name, StringComparer.Ordinal)
            .ToDictionary(
                same => same.Key,
                same => same.OrderByDescending(member => member.SiloAddress.Generation).First().SiloAddress, // A restart's newest.
                StringComparer.Ordinal),
        zoneOf);

    public SiloAddress AddressOf(string name) => _byName[name];

    /// <summary>The silos of a partition, the one that should own it first.</summary>
    public string[] OrderOf(int partition) => Rendezvous.Order(partition, Names, _zoneOf);

    /// <summary>
    /// The silos that may hold a replica of a partition, in their order: those that should, and those that should if one of them had not
    /// joined just now, who hold theirs until it is fresh.
    /// </summary>
    public string[] HoldersOf(int partition, int standbys)
    {
        string[] order = OrderOf(partition);
        if (_zoneOf is null)
        {
            return [.. order.Take(standbys + 2)]; // Whoever joins moves each of the others by one place.
        }

        string[] first = [.. order.Take(standbys + 1)];
        IEnumerable<string> before = first.SelectMany(
            joined => Rendezvous.Order(partition, Names.Where(name => name != joined), _zoneOf).Take(standbys + 1));
        return [.. first.Concat(before).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The same with the silos that are among others.</summary>
    public ClusterView Among(SiloAddress[] others) => new(
        _byName.Where(pair => others.Contains(pair.Value)).ToDictionary(StringComparer.Ordinal), _zoneOf);

    public bool HasSameNames(ClusterView other) => Names.SequenceEqual(other.Names, StringComparer.Ordinal);
}
