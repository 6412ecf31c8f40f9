namespace Signals.Core.Ingest;

/// <summary>Something that becomes one record of the ring: a batch or a group of batches. Used by one thread at a time.</summary>
internal interface IAppendable
{
    /// <summary>The number of events.</summary>
    int Count { get; }

    /// <summary>The batches, empty ones included.</summary>
    ReadOnlySpan<EventBatch> Batches { get; }

    /// <summary>Plans the record and returns its length, a multiple of 8.</summary>
    /// <exception cref="InvalidOperationException">There is nothing to write.</exception>
    int PlanRecord();

    /// <summary>Writes the planned record, except the length.</summary>
    /// <exception cref="InvalidOperationException">
    /// The content was changed after it was planned. The bytes written must not be published.
    /// </exception>
    void WriteRecord(Span<byte> record);
}
