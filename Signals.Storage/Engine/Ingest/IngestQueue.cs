using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine.Ingest;

/// <summary>
/// What callers hand to the ingest thread and how they learn what became of it: the ring with the records, the acknowledgements, and the
/// requests to freeze. It counts in stream positions: the ring of an opening begins where the recovered stream ends.
/// </summary>
/// <remarks>Thread contract: any thread; see the three parts. Lifetime: that of the store.</remarks>
internal sealed class IngestQueue : IDisposable
{
    private readonly StreamPosition _ringStart;

    /// <param name="options">The sizes of the ring and the durability that acknowledgements promise.</param>
    /// <param name="recovered">The position after everything that was recovered, where the ring begins.</param>
    /// <param name="failStop">Whether the store has failed.</param>
    public IngestQueue(EngineOptions options, StreamPosition recovered, FailStop failStop)
    {
        _ringStart = recovered;
        Ring = new ByteRing(options.RingBytes, options.MaxBatchBytes);
        Acks = new AckQueue(options.Durability);
        Acks.Start(recovered);
        Freezes = new FreezeRequests(Ring, failStop);
    }

    /// <summary>The records that were published and not applied yet.</summary>
    public ByteRing Ring { get; }

    /// <summary>The callers that wait for an acknowledgement.</summary>
    public AckQueue Acks { get; }

    /// <summary>The callers that wait until the active memtable is frozen.</summary>
    public FreezeRequests Freezes { get; }

    /// <summary>Stream position after the newest accepted record.</summary>
    public StreamPosition AcceptedPosition => PositionOf(Ring.ClaimedOffset);

    /// <summary>Stream position after the newest record that the ingest thread has taken.</summary>
    public StreamPosition ConsumedPosition => PositionOf(Ring.ConsumedOffset);

    /// <summary>Bytes that were accepted and are not visible yet.</summary>
    public long UsedBytes => Math.Max(0, AcceptedPosition - Acks.Acknowledged);

    /// <summary>The stream position of an offset of the ring.</summary>
    public StreamPosition PositionOf(long ringOffset) => _ringStart + ringOffset;

    /// <summary>Fails every caller that waits, and every one that will.</summary>
    public void FailAll(Exception error)
    {
        Acks.Fail(error);
        Freezes.FailAll();
    }

    public void Dispose() => Ring.Dispose();
}
