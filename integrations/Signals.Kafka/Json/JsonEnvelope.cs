namespace Signals.Kafka.Json;

/// <summary>What is known of an event while it is read. Lives on the stack of one reader.</summary>
internal struct JsonEnvelope
{
    /// <summary>The longest canonical text of a user: 32 hexadecimal digits.</summary>
    public const int MaxIdLength = 32;

    public UserId User;
    public JsonEventType? Type;
    public long TimeMs;
    public ulong Id;
    public bool HasFields;

    /// <summary>Whether the event type is none of the store, and the declaration drops it.</summary>
    public bool IsDropped;

    private int _keys;

    /// <summary>Notes a key; false when it was there already.</summary>
    public bool Add(JsonKey key)
    {
        int bit = 1 << (int)(key == JsonKey.UserId ? JsonKey.User : key);
        bool isNew = (_keys & bit) == 0;
        _keys |= bit;
        return isNew;
    }

    /// <summary>Which key is missing, in words; null when none is.</summary>
    public readonly string? Missing() =>
        !Has(JsonKey.User) ? "no user"
        : !Has(JsonKey.Type) ? "no event type"
        : !Has(JsonKey.Time) ? "no time"
        : !Has(JsonKey.Id) ? "no id"
        : null;

    private readonly bool Has(JsonKey key) => (_keys & (1 << (int)key)) != 0;
}
