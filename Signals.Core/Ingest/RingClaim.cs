namespace Signals.Core.Ingest;

/// <summary>
/// Space in the ring that one producer fills and then commits or aborts. Used by the claiming thread. The consumer cannot pass
/// the claim until it is settled, so fill it without waiting for anything, and settle it in a <c>finally</c>: <c>try { ...;
/// claim.Commit(); } finally { claim.Dispose(); }</c>. Never copy a claim: the copy does not learn that the claim is settled.
/// </summary>
internal unsafe ref struct RingClaim
{
    private readonly byte* _record;
    private ByteRing? _ring;

    internal RingClaim(ByteRing ring, byte* record, int length, long endOffset)
    {
        _ring = ring;
        _record = record;
        Length = length;
        EndOffset = endOffset;
    }

    /// <summary>The claimed bytes, header included.</summary>
    public int Length { get; }

    /// <summary>The ring offset after the record. Once the head has reached it, everything before it is consumed.</summary>
    public long EndOffset { get; }

    /// <summary>
    /// The whole record, zeroed. Write everything except the first four bytes, which settling the claim writes.
    /// </summary>
    public readonly Span<byte> Span => _ring is not null ? new Span<byte>(_record, Length) : throw Settled();

    /// <summary>Publishes the record.</summary>
    public void Commit()
    {
        ByteRing ring = _ring ?? throw Settled();
        _ring = null;
        ring.Publish(_record, Length);
    }

    /// <summary>Abandons the record. The consumer skips it as padding.</summary>
    public void Abort()
    {
        _record[RecordFormat.KindOffset] = _ring is not null ? (byte)RecordKind.Padding : throw Settled();
        Commit();
    }

    /// <summary>Aborts the claim unless it was settled already.</summary>
    public void Dispose()
    {
        if (_ring is not null)
        {
            Abort();
        }
    }

    private static InvalidOperationException Settled() => new("The claim was already committed or aborted.");
}
