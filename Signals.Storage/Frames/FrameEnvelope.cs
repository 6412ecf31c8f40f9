using MessagePack;
using Signals.Core.Model;
using Signals.Core.Schema;

namespace Signals.Storage.Frames;

/// <summary>What was found of an event so far; keys of a map come in any order. Lives while one frame is read.</summary>
internal ref struct FrameEnvelope
{
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

    /// <summary>What an event needs and was not there, in words; null when all is there.</summary>
    public readonly string? Missing() =>
        !_hasUser ? "no user"
        : EventType is null ? "no event type"
        : !_hasTime ? "no time"
        : !_hasId ? "no id"
        : null;
}
