namespace Signals.Core.Frames;

/// <summary>What <see cref="DirectFrameParser"/> has read of an event before its fields. Lifetime: one frame.</summary>
internal struct DirectHead
{
    /// <summary>The user.</summary>
    public UserId User;

    /// <summary>The index of the event type.</summary>
    public int Type;

    /// <summary>The event time, in milliseconds since 1970 UTC.</summary>
    public long TimeMs;

    /// <summary>The event id.</summary>
    public ulong Id;

    /// <summary>Whether fields follow.</summary>
    public bool HasFields;

    /// <summary>Where in the frame they begin; its end when there are none.</summary>
    public int FieldsAt;
}
