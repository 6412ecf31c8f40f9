using Signals.Core.Frames;

namespace Signals;

/// <summary>
/// One event in the memory from which <see cref="EventFrameDecoder"/> reads. What identifies the event is read; its fields are not.
/// </summary>
/// <remarks>Thread contract: that of the decoder. Lifetime: until the decoder reads the next frame, or its memory changes.</remarks>
public readonly ref struct EventFrame
{
    private readonly EventFrameDecoder _decoder;
    private readonly ReadOnlySpan<byte> _payload;
    private readonly DirectHead _head;
    private readonly bool _isParsed;

    internal EventFrame(
        EventFrameDecoder decoder, EventTypeSchema type, ReadOnlySpan<byte> payload, scoped in DirectHead head, bool isParsed)
    {
        (_decoder, EventType) = (decoder, type);
        _payload = payload;
        _head = head;
        _isParsed = isParsed;
    }

    /// <summary>The type of the event.</summary>
    public EventTypeSchema EventType { get; }

    /// <summary>The user of the event.</summary>
    public UserId User => _head.User;

    /// <summary>When it happened, in milliseconds since 1970 UTC.</summary>
    public long TimeMs => _head.TimeMs;

    /// <summary>Distinguishes events of the same user, type and time.</summary>
    public ulong Id => _head.Id;

    /// <summary>The bytes of the frame, its length prefix included. The next frame begins behind them.</summary>
    public int Length => EventFrameFormat.LengthPrefixBytes + _payload.Length;

    /// <summary>Sets the columns of a row to the fields of the event. Fields that the schema lacks are skipped.</summary>
    /// <param name="row">The row that was last added to a batch of <see cref="EventType"/>.</param>
    /// <param name="reason">
    /// Why the frame is not an event after all, in words that do not differ from frame to frame; empty otherwise.
    /// </param>
    /// <returns>False when a field is not what its column takes. The row is no longer in its batch then.</returns>
    public bool TryCopyFields(EventRow row, out string reason)
    {
        reason = "";
        bool isCopied = false;
        try
        {
            isCopied = _isParsed
                ? _decoder.CopyParsed(row)
                : !_head.HasFields || _decoder.TryReadFields(_payload, _head, row, out reason);
            return isCopied;
        }
        finally
        {
            if (!isCopied)
            {
                row.TakeBack();
            }
        }
    }
}
