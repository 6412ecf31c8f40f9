namespace Signals.Core.Ingest;

/// <summary>What becomes one record of the ring: a batch, or a group of them. One thread at a time.</summary>
internal interface IAppendable
{
    /// <summary>Events in it.</summary>
    int Count { get; }

    /// <summary>The batches in it, empty ones included.</summary>
    ReadOnlySpan<EventBatch> Batches { get; }

    /// <summary>Plans the record; returns its length, a multiple of 8.</summary>
    /// <exception cref="InvalidOperationException">There is nothing to write.</exception>
    int PlanRecord();

    /// <summary>Writes the planned record, all but the length.</summary>
    /// <exception cref="InvalidOperationException">It is not what was planned any more; what was written must not be published.</exception>
    void WriteRecord(Span<byte> record);
}
