using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Signals.Kafka.Consuming;

/// <summary>The meter and the activities of one partition. Thread contract: any thread. Lifetime: that of the partition.</summary>
internal sealed class PartitionTelemetry : IDisposable
{
    private readonly Meter _meter;

    public PartitionTelemetry(string storeName, PartitionProgress progress)
    {
        KeyValuePair<string, object?>[] tags =
        [
            new(KafkaTelemetryNames.StoreTag, storeName),
            new(KafkaTelemetryNames.TopicTag, progress.Topic),
            new(KafkaTelemetryNames.PartitionTag, progress.Partition.ToString(CultureInfo.InvariantCulture)),
        ];
        _meter = new Meter(new MeterOptions(KafkaTelemetryNames.Source) { Tags = tags });
        Activities = new ActivitySource(KafkaTelemetryNames.Source, version: "", tags);
        _meter.CreateObservableCounter(
            KafkaTelemetryNames.Records, () => progress.Records, "{record}", "Records applied, those that were kept aside included.");
        _meter.CreateObservableCounter(KafkaTelemetryNames.Events, () => progress.Events, "{event}", "Events appended.");
        _meter.CreateObservableCounter(
            KafkaTelemetryNames.Poison,
            () => progress.Poison.Select(
                static reason => new Measurement<long>(
                    reason.Value, new KeyValuePair<string, object?>(KafkaTelemetryNames.ReasonTag, reason.Key))),
            "{record}",
            "Records that could not be applied, by reason.");
        _meter.CreateObservableGauge(
            KafkaTelemetryNames.Lag, () => progress.Lag, "{record}", "Records between the position and the end of the partition.");
        _meter.CreateObservableGauge(
            KafkaTelemetryNames.Position, () => progress.Position, "{record}", "The offset at which the store goes on.");
    }

    public ActivitySource Activities { get; }

    public void Dispose()
    {
        _meter.Dispose();
        Activities.Dispose();
    }
}
