namespace Signals.Core.Ingest;

/// <summary>
/// Space in the ring that one producer fills and then commits or aborts. For the claiming thread; the consumer stands still at the
/// claim until it is settled, so fill it without waiting for anything, and settle it in a <c>finally</c>:
/// <c>try { ...; claim.Commit(); } finally { claim.Dispose(); }</c>. Never copy it: a copy does not know that the claim is settled.
/// </summary>
internal unsafe ref struct RingClaim
{
    private readonly byte* _record;
    private ByteRing? _ring;

    internal RingClaim(ByteRing ring, byte* record, int length, long endPosition)
    {
        _ring = ring;
        _record = record;
        Length = length;
        EndPosition = endPosition;
    }

    /// <summary>Bytes claimed, header included.</summary>
    public int Length { get; }

    /// <summary>The absolute position after the record; everything up to it is consumed once the head has reached it.</summary>
    public long EndPosition { get; }

    /// <summary>The whole record, zeroed. Write all but the first four bytes, which settling the claim writes.</summary>
    public readonly Span<byte> Span => _ring is not null ? new Span<byte>(_record, Length) : throw Settled();

    /// <summary>Publishes the record.</summary>
    public void Commit()
    {
        ByteRing ring = _ring ?? throw Settled();
        _ring = null;
        ring.Publish(_record, Length);
    }

    /// <summary>Gives the record up: the consumer skips it as padding.</summary>
    public void Abort()
    {
        _record[RecordFormat.KindOffset] = _ring is not null ? (byte)RecordKind.Padding : throw Settled();
        Commit();
    }

    /// <summary>Aborts the claim unless it was committed or aborted.</summary>
    public void Dispose()
    {
        if (_ring is not null)
        {
            Abort();
        }
    }

    private static InvalidOperationException Settled() => new("The claim was committed or aborted before.");
}
