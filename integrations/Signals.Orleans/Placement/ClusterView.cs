namespace Signals.Orleans.Placement;

/// <summary>
/// The machines of the cluster as membership shows them at one moment. A stale view is harmless: it opens a replica too early or
/// too late. Immutable.
/// </summary>
internal sealed class ClusterView
{
    private readonly Dictionary<string, SiloAddress> _byName;

    private ClusterView(Dictionary<string, SiloAddress> byName)
    {
        _byName = byName;
        Names = [.. byName.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of the active silos, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The active silos, and this one even while it joins.</summary>
    public static ClusterView Of(ClusterMembershipSnapshot snapshot, SiloAddress? self = null) => new(
        snapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active || member.SiloAddress.Equals(self))
            .GroupBy(member => member.Name, StringComparer.Ordinal)
            .ToDictionary(
                same => same.Key,
                same => same.OrderByDescending(member => member.SiloAddress.Generation).First().SiloAddress, // A restart's newest.
                StringComparer.Ordinal));

    public SiloAddress AddressOf(string name) => _byName[name];

    /// <summary>The silos of a partition, the one that should own it first.</summary>
    public string[] OrderOf(int partition) => Rendezvous.Order(partition, Names);

    public bool HasSameNames(ClusterView other) => Names.SequenceEqual(other.Names, StringComparer.Ordinal);
}
