namespace Signals.Orleans.Placement;

/// <summary>
/// How the machines went that this one has seen active: in order, or lost. It looks at membership now and then, so a machine that stopped
/// in order between two looks may pass for one that was lost.
/// </summary>
/// <remarks>Thread contract: any thread. Grows with the number of names that machines have had since the process started.</remarks>
internal sealed class Departures(Func<string, string>? zoneOf = null)
{
    private readonly Lock _lock = new();

    // Guarded by _lock. At counts the looks, so that the last one of several to go can be told.
    private readonly Dictionary<string, (MachineFate Fate, long At)> _fates = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> _judged = []; // The look up to which losses have explained a promotion, by partition.
    private long _looks;

    /// <summary>Takes in what membership says now.</summary>
    public void Look(ClusterMembershipSnapshot snapshot)
    {
        Dictionary<string, MachineFate> now = snapshot.Members.Values.GroupBy(member => member.Name, StringComparer.Ordinal).ToDictionary(
            same => same.Key, same => same.Min(member => FateOf(member.Status)), StringComparer.Ordinal);
        lock (_lock)
        {
            _looks++;
            foreach (string active in now.Where(pair => pair.Value == MachineFate.Active).Select(pair => pair.Key))
            {
                _fates[active] = (MachineFate.Active, _looks);
            }

            foreach (string known in _fates.Where(pair => pair.Value.Fate == MachineFate.Active).Select(pair => pair.Key).ToArray())
            {
                _fates[known] = (now.GetValueOrDefault(known, MachineFate.Lost), _looks);
            }
        }
    }

    /// <summary>
    /// Whether a partition comes to this machine because another one was lost: of the machines that may have held it, the last one to go
    /// was. A loss explains one promotion of a partition.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="self">This machine's name.</param>
    /// <param name="holders">How many machines of the partition's order may have held it.</param>
    public bool IsFailover(int partition, string self, int holders)
    {
        lock (_lock)
        {
            (MachineFate Fate, long At) last = Rendezvous.Order(partition, _fates.Keys.Append(self), zoneOf).Take(holders)
                .Where(name => name != self)
                .Select(name => _fates[name]).Where(known => known.Fate != MachineFate.Active)
                .DefaultIfEmpty().MaxBy(known => known.At);
            bool isNew = last.At > _judged.GetValueOrDefault(partition);
            _judged[partition] = _looks;
            return isNew && last.Fate == MachineFate.Lost;
        }
    }

    // A machine that restarted has an old entry too; the best of them counts.
    private static MachineFate FateOf(SiloStatus status) => status switch
    {
        SiloStatus.ShuttingDown or SiloStatus.Stopping => MachineFate.Left,
        SiloStatus.Dead => MachineFate.Lost,
        _ => MachineFate.Active,
    };
}
