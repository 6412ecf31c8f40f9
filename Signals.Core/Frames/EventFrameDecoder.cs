using System.Buffers.Binary;
using Signals.Core.Frames;

namespace Signals;

/// <summary>
/// Reads event frames (docs/formats/event-frame.md) that lie in memory as a whole, and puts their fields straight into the columns of a
/// batch. For frames that arrive in pieces use <see cref="EventFrameReader"/>; both accept the same frames.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. A valid frame allocates nothing. Fastest are frames as <see cref="EventFrameWriter"/> writes
/// them, in any order of their keys with the fields last.
/// </remarks>
public sealed class EventFrameDecoder
{
    private readonly DirectFrameParser _direct;
    private readonly EventFrameParser _parser;
    private readonly SingleEvent _single = new();
    private byte[] _frame = new byte[1024];

    /// <summary>Prepares to read the events of a schema.</summary>
    /// <param name="schema">Event types and columns. Frames of other event types are rejected; other fields are skipped.</param>
    /// <param name="nameInFrames">Returns the name that frames use for a column; null for its own name, and each that it had.</param>
    public EventFrameDecoder(StoreSchema schema, Func<ColumnSchema, string>? nameInFrames = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _direct = new DirectFrameParser(schema, nameInFrames);
        _parser = new EventFrameParser(schema, nameInFrames);
    }

    /// <summary>Reads the frame at the beginning of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">One frame or more. It must not change while you use <paramref name="frame"/>.</param>
    /// <param name="frame">
    /// The event. It is without content unless the result is <see cref="FrameReadResult.Event"/>; a skipped one has all but the event type
    /// and the fields.
    /// </param>
    /// <param name="reason">
    /// Why the frame was rejected or skipped, in words that do not differ from frame to frame; empty otherwise.
    /// </param>
    /// <returns>
    /// <see cref="FrameReadResult.NeedsMore"/> when the bytes end inside the frame, or there are none.
    /// <see cref="FrameReadResult.Skipped"/> for an event of an event type that was dropped, if nothing else is wrong with it: go on behind
    /// it.
    /// </returns>
    public FrameReadResult TryRead(ReadOnlySpan<byte> bytes, out EventFrame frame, out string reason)
    {
        frame = default;
        reason = "";
        if (bytes.Length < EventFrameFormat.LengthPrefixBytes)
        {
            return FrameReadResult.NeedsMore;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length > EventFrameFormat.MaxFrameBytes)
        {
            reason = EventFrameFormat.TooLong;
            return FrameReadResult.Rejected;
        }

        if (length > (uint)(bytes.Length - EventFrameFormat.LengthPrefixBytes))
        {
            return FrameReadResult.NeedsMore;
        }

        ReadOnlySpan<byte> payload = bytes.Slice(EventFrameFormat.LengthPrefixBytes, (int)length);
        if (_direct.TryReadHead(payload, out DirectHead head))
        {
            frame = new EventFrame(this, _direct.TypeOf(head), payload, head, isParsed: false);
            return FrameReadResult.Event;
        }

        if (!TryParse(payload, out reason))
        {
            if (reason != EventFrameFormat.DroppedType)
            {
                return FrameReadResult.Rejected;
            }

            head = new DirectHead { User = _single.User, TimeMs = _single.TimeMs, Id = _single.Id };
            frame = new EventFrame(this, null!, payload, head, isParsed: false);
            return FrameReadResult.Skipped;
        }

        head = new DirectHead { User = _single.User, TimeMs = _single.TimeMs, Id = _single.Id };
        frame = new EventFrame(this, _single.EventType, payload, head, isParsed: true);
        return FrameReadResult.Event;
    }

    internal bool CopyParsed(EventRow row)
    {
        _single.CopyFieldsTo(row);
        return true;
    }

    internal bool TryReadFields(ReadOnlySpan<byte> payload, in DirectHead head, EventRow row, out string reason)
    {
        reason = "";
        if (_direct.TryReadFields(payload[head.FieldsAt..], head.Type, row))
        {
            return true;
        }

        // Sets every column again that was set by then: the frame names no others.
        return TryParse(payload, out reason) && CopyParsed(row);
    }

    private bool TryParse(ReadOnlySpan<byte> payload, out string reason)
    {
        if (_frame.Length < payload.Length)
        {
            _frame = new byte[Math.Max(payload.Length, 2 * _frame.Length)];
        }

        payload.CopyTo(_frame);
        return _parser.TryParse(_frame.AsMemory(0, payload.Length), _single, out reason);
    }
}
