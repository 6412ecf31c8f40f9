using MessagePack;

namespace Signals.Core.Frames;

/// <summary>The parts of an event that were found so far; keys of a map come in any order. Lifetime: one frame.</summary>
internal ref struct FrameEnvelope
{
    private int _keys;
    private bool _hasUser;
    private bool _hasTime;
    private bool _hasId;

    /// <summary>The user of the event.</summary>
    public UserId User { get; private set; }

    /// <summary>The event time, in milliseconds since 1970 UTC.</summary>
    public long TimeMs { get; private set; }

    /// <summary>The event id.</summary>
    public ulong Id { get; private set; }

    /// <summary>The event type, or null while it was not found.</summary>
    public EventTypeSchema? EventType { get; set; }

    /// <summary>A reader whose next value is the map of fields.</summary>
    public MessagePackReader Fields { get; set; }

    /// <summary>Whether the event has a map of fields.</summary>
    public bool HasFields { get; set; }

    /// <summary>Stores the user.</summary>
    public void SetUser(UserId user) => (User, _hasUser) = (user, true);

    /// <summary>Stores the time.</summary>
    public void SetTime(long timeMs) => (TimeMs, _hasTime) = (timeMs, true);

    /// <summary>Stores the id.</summary>
    public void SetId(ulong id) => (Id, _hasId) = (id, true);

    /// <summary>
    /// Whether a key of the map was found before. It also remembers the key. A repeated key is an error, because its second value
    /// must not replace the first unnoticed.
    /// </summary>
    public bool Repeats(ReadOnlySpan<byte> key)
    {
        int bit = key.SequenceEqual(EventFrameFormat.UserKey) ? 1
            : key.SequenceEqual(EventFrameFormat.TypeKey) ? 2
            : key.SequenceEqual(EventFrameFormat.TimeKey) ? 4
            : key.SequenceEqual(EventFrameFormat.IdKey) ? 8
            : key.SequenceEqual(EventFrameFormat.FieldsKey) ? 16
            : 0;
        bool repeats = (_keys & bit) != 0;
        _keys |= bit;
        return repeats;
    }

    /// <summary>What the event lacks, in words; null when it is complete.</summary>
    public readonly string? Missing() =>
        !_hasUser ? "no user"
        : User.IsNobody ? "the user is the number 0, which stands for a user that was never set"
        : EventType is null ? "no event type"
        : !_hasTime ? "no time"
        : !_hasId ? "no id"
        : null;
}
