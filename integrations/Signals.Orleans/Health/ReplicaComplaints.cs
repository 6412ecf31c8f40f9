using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Signals.Checkpoints;
using Signals.Orleans.Replicas;

namespace Signals.Orleans.Health;

/// <summary>Decides what is wrong with a machine's replicas. Pure; any thread.</summary>
internal static class ReplicaComplaints
{
    /// <summary>What is wrong with one replica by itself, the worst first.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="maxLag">How late it may be.</param>
    public static IEnumerable<Complaint> Of(ReplicaCondition replica, TimeSpan maxLag)
    {
        ReplicaReport report = replica.Report;
        bool isOwner = report.Role == ReplicaRole.Owner;
        HealthStatus worst = isOwner ? HealthStatus.Unhealthy : HealthStatus.Degraded;
        if (report.State == ReplicaState.Closing)
        {
            yield break; // Other machines have the partition.
        }

        if (replica.StoreError is Exception failed)
        {
            yield return Complain(worst, $"its store has failed and refuses writes: {failed.Message}");
        }
        else if (replica.Error is Exception stop && report.State == ReplicaState.Stopped)
        {
            yield return Complain(worst, $"it answers as of the record before one that cannot be applied: {stop.Message}");
        }
        else if (replica.Error is Exception error && (report.State == ReplicaState.Failed || PartitionReplica.NeedsSomebody(error)))
        {
            yield return Complain(worst, $"it failed and is opened again: {error.Message}");
        }
        else if (report.State == ReplicaState.Opening)
        {
            yield return Complain(HealthStatus.Degraded, "its store is being restored or opened");
        }
        else if (report.State == ReplicaState.CatchingUp)
        {
            yield return Complain(HealthStatus.Degraded, $"it catches up, and lacks {MissingOf(report)} records");
        }
        else if (LatenessOf(report, maxLag) is string lateness)
        {
            yield return Complain(HealthStatus.Degraded, report.Error is null ? lateness : $"{lateness}: {report.Error}");
        }

        if (replica.RestoreError is Exception away && report.State is ReplicaState.Stopped or ReplicaState.Failed)
        {
            yield return Complain(
                HealthStatus.Degraded, $"its checkpoint cannot take the folder's place, and is looked for again: {away.Message}");
        }

        if (replica.Damage is Exception damage)
        {
            yield return Complain(
                HealthStatus.Degraded,
                $"it is damaged, so other replicas answer what needs that part, and it sends no checkpoints: {damage.Message}");
        }

        if (replica.WorkError is Exception work)
        {
            yield return Complain(HealthStatus.Degraded, $"work on its tables fails and is tried again: {work.Message}");
        }

        if (isOwner && replica.Checkpoints is { IsLate: true } late)
        {
            yield return Complain(HealthStatus.Degraded, Checkpoint(late));
        }

        Complaint Complain(HealthStatus status, string reason) => new(report.Partition, status, reason);
    }

    /// <summary>What is wrong because a partition that is owned here has no standby that could take it over.</summary>
    /// <param name="owner">The replica here.</param>
    /// <param name="others">What other machines hold, as far as they answered.</param>
    /// <param name="maxLag">How late a standby may be.</param>
    public static Complaint? OfStandbys(ReplicaReport owner, IEnumerable<ReplicaReport> others, TimeSpan maxLag)
    {
        ReplicaReport[] same = [.. others.Where(report => report.Partition == owner.Partition && report.Silo != owner.Silo)];
        return same.Any(report => report.State == ReplicaState.Following && LatenessOf(report, maxLag) is null) ? null
            : new Complaint(owner.Partition, HealthStatus.Degraded, same.Length == 0
                ? "no other machine that answers holds a standby"
                : $"no standby is up to date: {string.Join(", ", same.Select(report => $"'{report.Silo}' is {report.State}"))}");
    }

    private static string MissingOf(ReplicaReport report) =>
        report.LagRecords?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of";

    private static string? LatenessOf(ReplicaReport report, TimeSpan maxLag) =>
        report.Lag is not TimeSpan lag ? "nothing proves how late it is"
        : lag > maxLag ? string.Create(
            CultureInfo.InvariantCulture, $"it is up to {lag.TotalSeconds:F1} s late, more than {maxLag.TotalSeconds:F1} s")
        : null;

    private static string Checkpoint(CheckpointHealth health)
    {
        string age = string.Create(CultureInfo.InvariantCulture, $"its last checkpoint is of {health.LastSuccess:u}, and that is too old");
        return health.UploadError is Exception error ? $"{age}: {error.Message}" : age;
    }
}
