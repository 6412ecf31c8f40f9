using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Signals.Orleans.Grains;
using Signals.Orleans.Placement;
using Signals.Orleans.Replicas;

namespace Signals.Orleans.Health;

/// <summary>
/// Whether this machine does its part. Unhealthy: a partition that it owns has failed. Degraded: a replica here is being opened, catches
/// up, is late or has failed as a standby, an owner has no standby, its checkpoints are old, or nobody looks after the replicas yet.
/// </summary>
/// <remarks>
/// Thread contract: any thread. It asks the machines that should hold the standbys of the partitions owned here, and waits for them for at
/// most a second.
/// </remarks>
internal sealed class ClusterHealthCheck(ReplicaHost host, ReplicaContext context, ReplicaReports reports, ClusterMachines machines)
    : IHealthCheck
{
    /// <summary>The complaints that the description names; the data has all.</summary>
    private const int Named = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext check, CancellationToken cancellationToken = default)
    {
        ReplicaCondition[] here = Array.ConvertAll(host.GetReplicas(), ReplicaCondition.Of);
        ReplicaReport[] owned = [.. here.Select(replica => replica.Report).Where(report => report.Role == ReplicaRole.Owner)];
        TimeSpan maxLag = context.Options.Health.MaxLag;
        List<Complaint> complaints = [.. here.SelectMany(replica => ReplicaComplaints.Of(replica, maxLag))];
        if (context.Options.Standbys > 0 && owned.Length > 0)
        {
            IReadOnlyList<ReplicaReport> others = await AskOthersAsync(owned, cancellationToken).ConfigureAwait(false);
            complaints.AddRange(owned.Select(report => ReplicaComplaints.OfStandbys(report, others, maxLag)).OfType<Complaint>());
        }

        HealthCheckResult result = Judge(complaints, held: here.Length, owned.Length);
        return context.Pulse.Since is null && result.Status == HealthStatus.Healthy
            ? HealthCheckResult.Degraded(
                "The replicas of this machine are not looked after yet, or no more because it stops.", data: result.Data)
            : result;
    }

    /// <summary>All complaints as one result: as bad as the worst, which is named first.</summary>
    internal static HealthCheckResult Judge(IReadOnlyCollection<Complaint> complaints, int held, int owned)
    {
        Dictionary<string, object> data = new() { ["held"] = held, ["owned"] = owned };
        foreach (IGrouping<int, Complaint> partition in complaints.GroupBy(complaint => complaint.Partition))
        {
            data[$"partition.{partition.Key.ToString(CultureInfo.InvariantCulture)}"] =
                string.Join("; ", partition.Select(complaint => complaint.Reason));
        }

        if (complaints.Count == 0)
        {
            return HealthCheckResult.Healthy(data: data);
        }

        Complaint[] worstFirst = [.. complaints.OrderBy(complaint => complaint.Status).ThenBy(complaint => complaint.Partition)];
        string text = string.Join("; ", worstFirst.Take(Named).Select(complaint => $"partition {complaint.Partition}: {complaint.Reason}"));
        string rest = worstFirst.Length > Named ? $"; and {worstFirst.Length - Named} more" : "";
        return new HealthCheckResult(worstFirst[0].Status, text + rest + ".", data: data);
    }

    // Those that should hold a standby, and while machines join those that held it before.
    private Task<IReadOnlyList<ReplicaReport>> AskOthersAsync(ReplicaReport[] owned, CancellationToken cancellationToken)
    {
        ClusterView view = machines.View();
        IEnumerable<SiloAddress> silos = owned
            .SelectMany(report => view.HoldersOf(report.Partition, context.Options.Standbys))
            .Distinct(StringComparer.Ordinal)
            .Where(name => name != context.Silo)
            .Select(view.AddressOf);
        return reports.AskAsync(silos, Patience, cancellationToken);
    }
}
