using System.Buffers;
using Signals.Core.Ingest;

namespace Signals.Storage.Engine.Ingest;

/// <summary>
/// The record of an append that has to wait for room in the ring. It is encoded when the append begins, so the caller may change
/// its batch meanwhile: the ring gets the events as they were.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: disposed once the append has ended.</remarks>
internal sealed class WaitingRecord : IAppendable, IDisposable
{
    private readonly int _length;
    private byte[]? _bytes;

    /// <summary>Encodes events.</summary>
    /// <param name="events">The events, whose record was just planned.</param>
    /// <param name="length">The planned length of the record, in bytes.</param>
    /// <exception cref="InvalidOperationException">The events have changed since they were planned.</exception>
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

    /// <summary>Empty: the events were checked before they were encoded.</summary>
    public ReadOnlySpan<EventBatch> Batches => [];

    /// <inheritdoc/>
    public int PlanRecord() => _length;

    /// <inheritdoc/>
    public void WriteRecord(Span<byte> record)
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);

        // The length is not copied: publishing writes it, and thereby hands the record over.
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
