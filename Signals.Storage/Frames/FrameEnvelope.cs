using MessagePack;
using Signals.Core.Model;
using Signals.Core.Schema;

namespace Signals.Storage.Frames;

/// <summary>What was found of an event so far; keys of a map come in any order. Lives while one frame is read.</summary>
internal ref struct FrameEnvelope
{
    private int _keys;
    private bool _hasUser;
    private bool _hasTime;
    private bool _hasId;

    /// <summary>Who.</summary>
    public UserId User { get; private set; }

    /// <summary>When, in milliseconds since 1970 UTC.</summary>
    public long TimeMs { get; private set; }

    /// <summary>Which.</summary>
    public ulong Id { get; private set; }

    /// <summary>What kind, or null.</summary>
    public EventTypeSchema? EventType { get; set; }

    /// <summary>A reader that stands before the map of fields.</summary>
    public MessagePackReader Fields { get; set; }

    /// <summary>True when there is such a map.</summary>
    public bool HasFields { get; set; }

    /// <summary>The user was found.</summary>
    public void SetUser(UserId user) => (User, _hasUser) = (user, true);

    /// <summary>The time was found.</summary>
    public void SetTime(long timeMs) => (TimeMs, _hasTime) = (timeMs, true);

    /// <summary>The id was found.</summary>
    public void SetId(ulong id) => (Id, _hasId) = (id, true);

    /// <summary>Whether a key of a map was there before, and notes it: what would be the value of the second must not win unseen.</summary>
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

    /// <summary>What an event needs and was not there, in words; null when all is there.</summary>
    public readonly string? Missing() =>
        !_hasUser ? "no user"
        : User.IsNobody ? "the user is the number 0, which is how a user that nobody set looks"
        : EventType is null ? "no event type"
        : !_hasTime ? "no time"
        : !_hasId ? "no id"
        : null;
}
