namespace Signals.Core.Frames;

/// <summary>Constants of the event frame, shared by reader and writer. See docs/formats/event-frame.md.</summary>
internal static class EventFrameFormat
{
    /// <summary>Bytes of the little-endian unsigned length before each frame.</summary>
    public const int LengthPrefixBytes = sizeof(uint);

    /// <summary>Largest frame that is read into memory; a longer one is skipped and counted.</summary>
    public const int MaxFrameBytes = 1 << 20;

    /// <summary>The reason for which an event of a dropped event type is not taken.</summary>
    public const string DroppedType = "its event type was dropped";

    /// <summary>Why a frame above that limit is rejected.</summary>
    public static readonly string TooLong = $"frame longer than {MaxFrameBytes:N0} bytes";

    /// <summary>Bytes of a user written as binary, most significant first.</summary>
    public const int UserBytes = 16;

    /// <summary>Elements of the array form: user, type, time, id, fields.</summary>
    public const int ArrayElements = 5;

    /// <summary>Key of the user.</summary>
    public static ReadOnlySpan<byte> UserKey => "user"u8;

    /// <summary>Key of the event type.</summary>
    public static ReadOnlySpan<byte> TypeKey => "type"u8;

    /// <summary>Key of the event time in milliseconds since 1970 UTC.</summary>
    public static ReadOnlySpan<byte> TimeKey => "time"u8;

    /// <summary>Key of the event id.</summary>
    public static ReadOnlySpan<byte> IdKey => "id"u8;

    /// <summary>Key of the map of fields.</summary>
    public static ReadOnlySpan<byte> FieldsKey => "fields"u8;
}
