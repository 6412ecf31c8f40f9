using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Signals.Core.Frames;

/// <summary>
/// Cuts a pipe into length-prefixed frames. Thread contract: one thread at a time. A frame above the limit is skipped without
/// being held in memory. Payloads stay valid until the next <see cref="WaitAsync"/>. Lifetime: dispose completes the pipe.
/// </summary>
internal sealed class FrameReader(PipeReader pipe, int maxFrameBytes = EventFrameFormat.MaxFrameBytes) : IAsyncDisposable
{
    private ReadOnlySequence<byte> _buffer;
    private bool _holdsBuffer;
    private bool _pipeEnded;
    private long _bytesToSkip;

    /// <summary>Where the last frame begins, in bytes of the plain stream.</summary>
    public long FrameOffset { get; private set; }

    /// <summary>How many bytes were taken so far. These are whole frames, except while a frame is being skipped.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the frame after the last one begins, even while the last one is being skipped.</summary>
    public long NextOffset => Offset + _bytesToSkip;

    /// <summary>Receives every byte that is taken; null for none.</summary>
    public SourceBeginning? Beginning { get; set; }

    /// <summary>True while a frame is being skipped whose end has not arrived.</summary>
    public bool IsSkipping => _bytesToSkip > 0;

    /// <summary>How many bytes of the plain stream have arrived.</summary>
    public long Received => Offset + _buffer.Length;

    /// <summary>True when the stream ended inside a frame.</summary>
    public bool IsTruncated => _pipeEnded && (_bytesToSkip > 0 || !_buffer.IsEmpty);

    /// <summary>Waits for more bytes. False at the end of the stream; see <see cref="IsTruncated"/>.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        if (_pipeEnded)
        {
            return false;
        }
        if (_holdsBuffer)
        {
            pipe.AdvanceTo(_buffer.Start, _buffer.End);
            _holdsBuffer = false;
        }
        ReadResult result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
        _buffer = result.Buffer;
        _holdsBuffer = true;
        _pipeEnded = result.IsCompleted;
        return true;
    }

    /// <summary>Takes the next frame, if it has arrived; <paramref name="length"/> is the declared length.</summary>
    public FrameCut TryRead(out ReadOnlySequence<byte> payload, out uint length)
    {
        payload = default;
        length = 0;
        if (!FinishSkip() || _buffer.Length < EventFrameFormat.LengthPrefixBytes)
        {
            return FrameCut.NeedsMore;
        }
        Span<byte> prefix = stackalloc byte[EventFrameFormat.LengthPrefixBytes];
        _buffer.Slice(0, prefix.Length).CopyTo(prefix);
        length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
        if (length > (uint)maxFrameBytes)
        {
            FrameOffset = Offset;
            Take(prefix.Length);
            _bytesToSkip = length;
            return FrameCut.TooLong;
        }
        if (_buffer.Length < prefix.Length + length)
        {
            return FrameCut.NeedsMore;
        }
        FrameOffset = Offset;
        payload = _buffer.Slice(prefix.Length, length);
        Take(prefix.Length + length);
        return FrameCut.Frame;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => pipe.CompleteAsync();

    private bool FinishSkip()
    {
        long step = Math.Min(_bytesToSkip, _buffer.Length);
        Take(step);
        _bytesToSkip -= step;
        return _bytesToSkip == 0;
    }

    private void Take(long bytes)
    {
        Beginning?.Add(_buffer.Slice(0, bytes));
        _buffer = _buffer.Slice(bytes);
        Offset += bytes;
    }
}
