using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Signals.Checkpoints.Transfer;

/// <summary>The metrics of one schedule, named in <c>docs/checkpoints.md</c>. Thread contract: any thread.</summary>
internal sealed class ScheduleInstruments : IDisposable
{
    public const string MeterName = "Signals.Checkpoints";
    private const string OutcomeTag = "outcome";

    // From a few milliseconds on the same disk to an hour over a slow line.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 600, 3600],
    };

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _bytesSent;
    private readonly Counter<long> _partsSent;
    private readonly Counter<long> _filesRead;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _bytesCollected;

    /// <param name="target">The tag of every metric.</param>
    /// <param name="getAge">The age of the current checkpoint.</param>
    public ScheduleInstruments(string target, Func<TimeSpan> getAge)
    {
        _meter = new Meter(new MeterOptions(MeterName) { Tags = [new("signals.checkpoint.target", target)] });
        _duration = _meter.CreateHistogram("signals.checkpoint.duration", "s", description: null, tags: null, Seconds);
        _bytesSent = _meter.CreateCounter<long>("signals.checkpoint.sent", "By");
        _partsSent = _meter.CreateCounter<long>("signals.checkpoint.parts", "{part}");
        _filesRead = _meter.CreateCounter<long>("signals.checkpoint.files", "{file}");
        _failures = _meter.CreateCounter<long>("signals.checkpoint.failures", "{failure}");
        _bytesCollected = _meter.CreateCounter<long>("signals.checkpoint.collected", "By");
        _meter.CreateObservableGauge("signals.checkpoint.age", () => getAge().TotalSeconds, "s");
    }

    public void RecordUpload(UploadResult result)
    {
        TagList tags = new() { { OutcomeTag, NameOf(result.Outcome) } };
        _duration.Record(result.Duration.TotalSeconds, tags);
        _bytesSent.Add(result.BytesSent);
        _partsSent.Add(result.PartsSent);
        _filesRead.Add(result.FilesRead);
    }

    public void RecordFailure() => _failures.Add(1);

    public void RecordCollection(CollectionResult result) => _bytesCollected.Add(result.BytesDeleted);

    public void Dispose() => _meter.Dispose();

    private static string NameOf(UploadOutcome outcome) => outcome switch
    {
        UploadOutcome.Published => "published",
        UploadOutcome.Unchanged => "unchanged",
        UploadOutcome.Overtaken => "overtaken",
        _ => "diverged",
    };
}
