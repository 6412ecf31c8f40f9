using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Signals.Kafka.Records;

namespace Signals.Kafka.Consuming;

/// <summary>
/// An activity for each batch, linked to the traces of its records. Does nothing while nobody listens. Thread contract: the run's
/// thread. Lifetime: one run.
/// </summary>
internal sealed class BatchTrace(ActivitySource source)
{
    private const int MaxLinks = 128;

    private readonly List<ActivityLink> _links = [];

    /// <summary>Remembers the trace that a record belongs to.</summary>
    public void Add(Headers? headers)
    {
        if (headers is not { Count: > 0 } || _links.Count == MaxLinks || !source.HasListeners()
            || !headers.TryGetLastBytes(PartitionLogFormat.TraceParentHeader, out byte[] parent))
        {
            return;
        }

        string? state = headers.TryGetLastBytes(PartitionLogFormat.TraceStateHeader, out byte[] bytes)
            ? Encoding.UTF8.GetString(bytes)
            : null;
        if (ActivityContext.TryParse(Encoding.UTF8.GetString(parent), state, isRemote: true, out ActivityContext context))
        {
            _links.Add(new ActivityLink(context));
        }
    }

    /// <summary>Begins the activity of a batch, if somebody listens, and forgets the links.</summary>
    public Activity? Start(RecordBatch batch)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        Activity? activity = source.StartActivity(
            KafkaTelemetryNames.BatchActivity, ActivityKind.Consumer, parentContext: default, tags: null, links: _links);
        activity?.SetTag("signals.kafka.first_offset", batch[0].Offset);
        activity?.SetTag("signals.kafka.records", batch.Count);
        _links.Clear();
        return activity;
    }
}
