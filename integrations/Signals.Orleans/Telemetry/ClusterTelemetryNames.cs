namespace Signals.Orleans.Telemetry;

/// <summary>
/// The names of the meter, its instruments and their tags; docs/metrics.md lists them with their meaning. Every value of a tag is one of
/// those here, a partition, or the name of the silo. Constants.
/// </summary>
internal static class ClusterTelemetryNames
{
    public const string Source = "Signals.Orleans";

    public const string SiloTag = "signals.silo";
    public const string PartitionTag = "signals.partition";
    public const string StateTag = "signals.state";
    public const string ReasonTag = "signals.reason";
    public const string PlaceTag = "signals.place";
    public const string AnswerTag = "signals.answer";
    public const string TargetTag = "signals.target";
    public const string OutcomeTag = "signals.outcome";

    public const string Owner = "signals.cluster.replica.owner";
    public const string State = "signals.cluster.replica.state";
    public const string Position = "signals.cluster.replica.position";
    public const string Lag = "signals.cluster.replica.lag";
    public const string LagRecords = "signals.cluster.replica.lag_records";
    public const string Replay = "signals.cluster.replica.replay";
    public const string Openings = "signals.cluster.replica.openings";
    public const string Failures = "signals.cluster.replica.failures";

    public const string Promotions = "signals.cluster.promotions";
    public const string OpenDuration = "signals.cluster.open.duration";
    public const string RestoreDuration = "signals.cluster.restore.duration";
    public const string CatchUpDuration = "signals.cluster.catch_up.duration";
    public const string Reads = "signals.cluster.reads";
    public const string ReadDuration = "signals.cluster.read.duration";
    public const string CallDuration = "signals.cluster.call.duration";
}
