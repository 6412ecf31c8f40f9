using System.Diagnostics.Metrics;
using System.Globalization;
using Signals.Checkpoints;

namespace Signals.Orleans.Telemetry;

/// <summary>
/// The meter of one machine of a cluster: how reads went, how long other machines take to answer, and what became of the replicas here.
/// What each replica is now is shown by a meter of its own.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Counting a read allocates nothing, and costs a look at a field while nobody listens. Lifetime: that of
/// the machine's replicas.
/// </remarks>
internal sealed class ClusterTelemetry : IDisposable
{
    // A call inside a data centre takes tens of microseconds; one to a machine that is gone takes as long as the reader waits.
    private static readonly double[] CallSeconds =
        [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    // An empty store opens in milliseconds; a restoring of many gigabytes takes an hour.
    private static readonly double[] WorkSeconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

    private static readonly KeyValuePair<string, object?> Local = new(ClusterTelemetryNames.PlaceTag, "local");
    private static readonly KeyValuePair<string, object?> Remote = new(ClusterTelemetryNames.PlaceTag, "remote");
    private static readonly KeyValuePair<string, object?> Complete = new(ClusterTelemetryNames.AnswerTag, "complete");
    private static readonly KeyValuePair<string, object?> Lagging = new(ClusterTelemetryNames.AnswerTag, "lagging");
    private static readonly KeyValuePair<string, object?> Refused = new(ClusterTelemetryNames.AnswerTag, "refused");

    private readonly Meter _meter;
    private readonly Counter<long> _promotions;
    private readonly Counter<long> _reads;
    private readonly Histogram<double> _readDuration;
    private readonly Histogram<double> _callDuration;
    private readonly Histogram<double> _openDuration;
    private readonly Histogram<double> _restoreDuration;
    private readonly Histogram<double> _catchUpDuration;

    public ClusterTelemetry(string silo)
    {
        _meter = new Meter(new MeterOptions(ClusterTelemetryNames.Source) { Tags = [new(ClusterTelemetryNames.SiloTag, silo)] });
        _promotions = _meter.CreateCounter<long>(
            ClusterTelemetryNames.Promotions, "{promotion}", "Times that this machine became the owner of a partition, by reason.");
        _reads = _meter.CreateCounter<long>(
            ClusterTelemetryNames.Reads, "{read}", "Reads of this machine by where they were answered and what the answer says of itself.");
        _readDuration = CreateSeconds(ClusterTelemetryNames.ReadDuration, "A read that other replicas were asked for.", CallSeconds);
        _callDuration = CreateSeconds(ClusterTelemetryNames.CallDuration, "One call to a replica for a read.", CallSeconds);
        _openDuration = CreateSeconds(
            ClusterTelemetryNames.OpenDuration, "From the turn to open a store until it is open, restoring included.", WorkSeconds);
        _restoreDuration = CreateSeconds(
            ClusterTelemetryNames.RestoreDuration, "The look at shared storage before a store opens, with what it fetched.", WorkSeconds);
        _catchUpDuration = CreateSeconds(
            ClusterTelemetryNames.CatchUpDuration, "From the open store until it is proven how late it is.", WorkSeconds);
    }

    /// <summary>The partition is owned here from now on; the reason is the name of one.</summary>
    public void Promoted(int partition, string reason) => _promotions.Add(
        1,
        new KeyValuePair<string, object?>(ClusterTelemetryNames.PartitionTag, partition.ToString(CultureInfo.InvariantCulture)),
        new KeyValuePair<string, object?>(ClusterTelemetryNames.ReasonTag, reason));

    /// <summary>A replica in this process has answered.</summary>
    public void ReadLocally(bool isComplete)
    {
        if (_reads.Enabled) // Adding makes a list of the tags before it looks for a listener.
        {
            CountLocally(isComplete);
        }
    }

    /// <summary>A replica that was asked by a call has answered.</summary>
    public void ReadRemotely(bool isComplete, TimeSpan duration)
    {
        _reads.Add(1, Remote, isComplete ? Complete : Lagging);
        _readDuration.Record(duration.TotalSeconds, isComplete ? Complete : Lagging);
    }

    /// <summary>No replica gave what the read asked for.</summary>
    public void ReadRefused(TimeSpan duration)
    {
        _reads.Add(1, Remote, Refused);
        _readDuration.Record(duration.TotalSeconds, Refused);
    }

    /// <summary>One call to a replica has ended.</summary>
    public void Called(CallTarget target, CallOutcome outcome, TimeSpan duration) => _callDuration.Record(
        duration.TotalSeconds,
        new KeyValuePair<string, object?>(ClusterTelemetryNames.TargetTag, NameOf(target)),
        new KeyValuePair<string, object?>(ClusterTelemetryNames.OutcomeTag, NameOf(outcome)));

    public void Opened(TimeSpan duration) => _openDuration.Record(duration.TotalSeconds);

    /// <summary>The shared storage was asked for a checkpoint; null when that failed.</summary>
    public void Restored(ActivationOutcome? outcome, TimeSpan duration) => _restoreDuration.Record(
        duration.TotalSeconds, new KeyValuePair<string, object?>(ClusterTelemetryNames.OutcomeTag, NameOf(outcome)));

    public void CaughtUp(TimeSpan duration) => _catchUpDuration.Record(duration.TotalSeconds);

    public void Dispose() => _meter.Dispose();

    private void CountLocally(bool isComplete) => _reads.Add(1, Local, isComplete ? Complete : Lagging);

    private Histogram<double> CreateSeconds(string name, string description, double[] bounds) => _meter.CreateHistogram(
        name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static string NameOf(CallTarget target) => target == CallTarget.Owner ? "owner" : "replica";

    private static string NameOf(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Served => "served",
        CallOutcome.NotReady => "not_ready",
        CallOutcome.TimedOut => "timed_out",
        CallOutcome.Unreachable => "unreachable",
        _ => "failed",
    };

    private static string NameOf(ActivationOutcome? outcome) => outcome switch
    {
        ActivationOutcome.Restored => "restored",
        ActivationOutcome.LocalKept => "local_kept",
        ActivationOutcome.Nothing => "nothing",
        _ => "failed",
    };
}
