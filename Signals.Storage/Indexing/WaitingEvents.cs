using Signals.Core.Ingest;
using Signals.Storage.Engine;

namespace Signals.Storage.Indexing;

/// <summary>
/// Events whose append has to wait, as they were when it began: their record, and copies of their batches for the enrichment that follows.
/// The caller may change its batches meanwhile.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: disposed once the append has ended.</remarks>
internal sealed class WaitingEvents : IDisposable
{
    /// <param name="record">The record of the events; owned from now on.</param>
    /// <param name="events">The events.</param>
    /// <param name="enrichedTypes">Whether events of a type are enriched, by event type.</param>
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

    /// <summary>What is appended.</summary>
    public WaitingRecord Record { get; }

    /// <summary>Whether events of a type are enriched, by event type.</summary>
    public bool[] EnrichedTypes { get; }

    /// <summary>Events that are enriched.</summary>
    public int Enriched { get; }

    /// <summary>Copies of the batches that have events.</summary>
    public EventBatch[] Batches { get; }

    /// <inheritdoc/>
    public void Dispose() => Record.Dispose();
}
