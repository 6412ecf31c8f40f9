using Signals.Core.Ingest;
using Signals.Storage.Engine.Ingest;

namespace Signals.Storage.Indexing;

/// <summary>
/// Events whose append has to wait, as they were when it began: their record, and copies of their batches for the enrichment that
/// follows. The caller may change its own batches meanwhile.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: disposed when the append has ended.</remarks>
internal sealed class WaitingEvents : IDisposable
{
    /// <param name="record">The record of the events; this object owns it from now on.</param>
    /// <param name="events">The events.</param>
    /// <param name="enrichedTypes">For each event type, whether its events are enriched.</param>
    public WaitingEvents(WaitingRecord record, IAppendable events, bool[] enrichedTypes)
    {
        Record = record;
        EnrichedTypes = enrichedTypes;
        List<EventBatch> batches = [];
        foreach (EventBatch batch in events.Batches)
        {
            int count = batch.Count;
            if (count > 0)
            {
                EventBatch copy = new(batch.EventType, count);
                copy.Append(batch, 0, count);
                batches.Add(copy);
                Enriched += enrichedTypes[batch.EventType.Id] ? count : 0;
            }
        }

        Batches = [.. batches];
    }

    /// <summary>The record to append.</summary>
    public WaitingRecord Record { get; }

    /// <summary>For each event type, whether its events are enriched.</summary>
    public bool[] EnrichedTypes { get; }

    /// <summary>How many of the events are enriched.</summary>
    public int Enriched { get; }

    /// <summary>Copies of the batches that have events.</summary>
    public EventBatch[] Batches { get; }

    /// <inheritdoc/>
    public void Dispose() => Record.Dispose();
}
