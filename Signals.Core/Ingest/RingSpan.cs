namespace Signals.Core.Ingest;

/// <summary>
/// Published records that lie next to each other in the ring. It belongs to the consumer. The bytes are valid until
/// <see cref="ByteRing.Release"/>.
/// </summary>
internal readonly ref struct RingSpan
{
    internal RingSpan(ReadOnlySpan<byte> bytes, long startOffset, long endOffset)
    {
        Bytes = bytes;
        StartOffset = startOffset;
        EndOffset = endOffset;
    }

    /// <summary>
    /// Whole records, at least one. Aborted claims between them appear as padding; padding at the end is left out.
    /// </summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The ring offset of the first record.</summary>
    public long StartOffset { get; }

    /// <summary>The ring offset after the last record and the padding that follows it.</summary>
    public long EndOffset { get; }
}
