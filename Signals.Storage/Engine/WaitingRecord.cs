using System.Buffers;
using Signals.Core.Ingest;

namespace Signals.Storage.Engine;

/// <summary>
/// The record of an append that has to wait for room in the ring, encoded when the append began: whatever becomes of its batch
/// meanwhile, what enters the ring is what was given and what was planned.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: disposed once the append has ended.</remarks>
internal sealed class WaitingRecord : IAppendable, IDisposable
{
    private readonly int _length;
    private byte[]? _bytes;

    /// <summary>Encodes events.</summary>
    /// <param name="events">What was planned to take <paramref name="length"/> bytes just now.</param>
    /// <param name="length">The length of the record.</param>
    /// <exception cref="InvalidOperationException">The events are not what was planned any more.</exception>
    public WaitingRecord(IAppendable events, int length)
    {
        Count = events.Count;
        _length = length;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            bytes.AsSpan(0, length).Clear();
            events.WriteRecord(bytes.AsSpan(0, length));
            _bytes = bytes;
        }
        finally
        {
            if (_bytes is null)
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>Events that were older than the max age of their type when the append began.</summary>
    public int OutOfReach { get; init; }

    /// <summary>None: they were checked before they were encoded.</summary>
    public ReadOnlySpan<EventBatch> Batches => [];

    /// <inheritdoc/>
    public int PlanRecord() => _length;

    /// <inheritdoc/>
    public void WriteRecord(Span<byte> record)
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);

        // The length comes with publishing, and hands the record over.
        _bytes.AsSpan(RecordFormat.KindOffset, _length - RecordFormat.KindOffset).CopyTo(record[RecordFormat.KindOffset..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
