using System.Buffers;
using System.IO.Pipelines;
using Signals.Core.Frames;

namespace Signals;

/// <summary>
/// Reads events from length-prefixed MessagePack frames (docs/formats/event-frame.md). A frame that is not an event is reported
/// with a reason, and reading goes on with the next one. A frame that is too long is skipped without being held in memory.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time, in the form <c>while (await WaitAsync()) while (TryRead(...) is not NeedsMore) ...</c>.
/// Memory is bounded by the largest frame and the pipe's own limit, whatever the stream contains. A valid frame allocates
/// nothing. Lifetime: dispose completes the pipe.
/// </remarks>
public sealed class EventFrameReader : IAsyncDisposable
{
    private readonly FrameReader _reader;
    private readonly EventFrameParser _parser;
    private readonly long _beginAt;
    private byte[] _frame = new byte[4096];

    /// <summary>Starts to read the events of a schema.</summary>
    /// <param name="pipe">The stream, uncompressed.</param>
    /// <param name="schema">Event types and columns. Frames of other event types are rejected; other fields are skipped.</param>
    /// <param name="nameInFrames">Returns the name that frames use for a column; null for its own name, and each that it had.</param>
    /// <param name="beginAt">Frames that end at or before this byte of the stream are skipped without being parsed.</param>
    public EventFrameReader(PipeReader pipe, StoreSchema schema, Func<ColumnSchema, string>? nameInFrames = null, long beginAt = 0)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        ArgumentNullException.ThrowIfNull(schema);
        _reader = new FrameReader(pipe);
        _parser = new EventFrameParser(schema, nameInFrames);
        _beginAt = beginAt;
    }

    /// <summary>Where the last frame begins, in bytes of the stream.</summary>
    public long FrameOffset => _reader.FrameOffset;

    /// <summary>Where the next frame begins, in bytes of the stream.</summary>
    public long Offset => _reader.Offset;

    /// <summary>
    /// Receives every byte that is taken. Set it before the first read, for a stream that is sent from its beginning.
    /// </summary>
    public SourceBeginning? Beginning
    {
        get => _reader.Beginning;
        set => _reader.Beginning = value;
    }

    /// <summary>The position after the last whole frame. While a frame is being skipped, that is where it begins.</summary>
    internal long WholeOffset => _reader.IsSkipping ? _reader.FrameOffset : _reader.Offset;

    /// <summary>How many bytes of the stream have arrived.</summary>
    public long Received => _reader.Received;

    /// <summary>True when the stream ended inside a frame.</summary>
    public bool IsTruncated => _reader.IsTruncated;

    /// <summary>Waits for more bytes; false at the end of the stream.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => _reader.WaitAsync(cancellationToken);

    /// <summary>Takes the next frame, if it has arrived.</summary>
    /// <param name="single">Filled when the frame is an event; otherwise its content is undefined.</param>
    /// <param name="reason">Why the frame was rejected, in words that do not differ from frame to frame; empty otherwise.</param>
    public FrameReadResult TryRead(SingleEvent single, out string reason)
    {
        ArgumentNullException.ThrowIfNull(single);
        reason = "";
        switch (_reader.TryRead(out ReadOnlySequence<byte> payload, out _))
        {
            case FrameCut.NeedsMore:
                return FrameReadResult.NeedsMore;
            case FrameCut.TooLong when _reader.NextOffset > _beginAt:
                reason = EventFrameFormat.TooLong;
                return FrameReadResult.Rejected;
            case FrameCut.Frame when _reader.NextOffset > _beginAt:
                return _parser.TryParse(Contiguous(payload), single, out reason) ? FrameReadResult.Event : FrameReadResult.Rejected;
            default:
                return FrameReadResult.Skipped;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    private ReadOnlyMemory<byte> Contiguous(in ReadOnlySequence<byte> payload)
    {
        if (payload.IsSingleSegment)
        {
            return payload.First;
        }

        int length = (int)payload.Length;
        if (_frame.Length < length)
        {
            _frame = new byte[length];
        }

        payload.CopyTo(_frame);
        return _frame.AsMemory(0, length);
    }
}
