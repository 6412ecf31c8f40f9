using System.Diagnostics.Metrics;
using System.Globalization;
using Signals.Orleans.Telemetry;

namespace Signals.Orleans.Replicas;

/// <summary>
/// The meter of one replica: what it is now. It is a meter of its own, so that what a machine does not hold any more is not reported any
/// more either.
/// </summary>
/// <remarks>
/// Thread contract: callbacks on whatever thread collects; the replica pays nothing in between. Lifetime: that of the replica.
/// </remarks>
internal sealed class ReplicaInstruments : IDisposable
{
    private static readonly (ReplicaState State, KeyValuePair<string, object?> Tag)[] States =
    [
        (ReplicaState.Opening, new(ClusterTelemetryNames.StateTag, "opening")),
        (ReplicaState.CatchingUp, new(ClusterTelemetryNames.StateTag, "catching_up")),
        (ReplicaState.Following, new(ClusterTelemetryNames.StateTag, "following")),
        (ReplicaState.Failed, new(ClusterTelemetryNames.StateTag, "failed")),
        (ReplicaState.Closing, new(ClusterTelemetryNames.StateTag, "closing")),
        (ReplicaState.Stopped, new(ClusterTelemetryNames.StateTag, "stopped")),
    ];

    private readonly Meter _meter;

    public ReplicaInstruments(string silo, int partition, PartitionReplica replica)
    {
        _meter = new Meter(new MeterOptions(ClusterTelemetryNames.Source)
        {
            Tags =
            [
                new(ClusterTelemetryNames.SiloTag, silo),
                new(ClusterTelemetryNames.PartitionTag, partition.ToString(CultureInfo.InvariantCulture)),
            ],
        });
        _meter.CreateObservableUpDownCounter(
            ClusterTelemetryNames.Owner, () => replica.Role == ReplicaRole.Owner ? 1L : 0L, "{replica}", "1 while it is the owner.");
        _meter.CreateObservableUpDownCounter<long>(
            ClusterTelemetryNames.State, () => StatesOf(replica.State), "{replica}", "1 for the state that it is in, 0 for the others.");
        _meter.CreateObservableGauge<long>(
            ClusterTelemetryNames.Position, () => Some(replica.Current?.Feed.Position), "{record}", "Everything below is applied.");
        _meter.CreateObservableGauge<double>(
            ClusterTelemetryNames.Lag,
            () => Some(replica.Current?.ReadLag().Age?.TotalSeconds),
            "s", "How late it may be; nothing while that is not known.");
        _meter.CreateObservableGauge<long>(
            ClusterTelemetryNames.LagRecords,
            () => Some(replica.Current?.ReadLag().Records),
            "{record}", "Records that it lacks of those that it has heard of.");
        _meter.CreateObservableGauge<double>(
            ClusterTelemetryNames.Replay,
            () => Some(replica.ReadReplay()),
            "1", "Of the records that it lacked when it was opened, and those since: the part that is applied.");
        _meter.CreateObservableCounter(ClusterTelemetryNames.Openings, () => replica.Openings, "{opening}", "Times that its store opened.");
        _meter.CreateObservableCounter(ClusterTelemetryNames.Failures, () => replica.Failures, "{failure}", "Times that it failed.");
    }

    public void Dispose() => _meter.Dispose();

    private static Measurement<long>[] StatesOf(ReplicaState now) =>
        Array.ConvertAll(States, state => new Measurement<long>(state.State == now ? 1 : 0, state.Tag));

    private static Measurement<T>[] Some<T>(T? value)
        where T : struct => value is T known ? [new Measurement<T>(known)] : [];
}
