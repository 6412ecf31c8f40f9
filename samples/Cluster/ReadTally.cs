using System.Globalization;
using Signals.Orleans;

namespace Signals.Samples.Cluster;

/// <summary>Counts how reads went. One thread.</summary>
internal sealed class ReadTally
{
    private int _local;
    private int _remote;
    private int _failed;
    private double _mostLagMs;

    public async Task AddAsync(IClusterStore store, UserId user, ClusterQuery query)
    {
        try
        {
            using ClusterSequence sequence = await store.ReadAsync(user, query);
            _local += sequence.Answer.IsLocal ? 1 : 0;
            _remote += sequence.Answer.IsLocal ? 0 : 1;
            _mostLagMs = Math.Max(_mostLagMs, sequence.Answer.Lag?.TotalMilliseconds ?? 0);
        }
        catch (PartitionUnavailableException)
        {
            _failed++;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_local},{_remote},{_failed},{_mostLagMs:F0}");
}
