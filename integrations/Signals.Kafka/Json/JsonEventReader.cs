using System.Text;
using System.Text.Json;

namespace Signals.Kafka.Json;

/// <summary>Reads events from JSON, token by token. Thread contract: one thread. A valid event allocates nothing.</summary>
internal sealed class JsonEventReader(StoreSchema schema)
{
    private const int MaxDepth = 8;

    private readonly SingleEvent _event = new();
    private readonly JsonValueReader _values = new();

    // Those that are there come first. Of dropped ones, the one that can be taken back, and then the newest.
    private readonly JsonEventType[] _types =
    [
        .. schema.EventTypes.OrderBy(static type => type.IsDropped).ThenBy(static type => type.IsDropFinal)
            .ThenBy(static type => type.IsDropped ? -type.Id : type.Id).Select(static type => new JsonEventType(type)),
    ];

    public StoreSchema Schema => schema;

    /// <summary>Adds the events, or says why the record is none, in words that do not differ from record to record.</summary>
    public string? Problem(ReadOnlySpan<byte> value, RecordRows rows)
    {
        try
        {
            Utf8JsonReader json = new(value, new JsonReaderOptions { MaxDepth = MaxDepth });
            json.Read();
            string? problem = json.TokenType switch
            {
                JsonTokenType.StartObject => Event(ref json, rows),
                JsonTokenType.StartArray => Events(ref json, rows),
                _ => "the record is neither an object nor an array of objects",
            };
            return problem ?? (json.Read() ? "something follows the events" : null);
        }
        catch (JsonException)
        {
            return "not JSON";
        }
    }

    private string? Events(ref Utf8JsonReader json, RecordRows rows)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if ((json.TokenType == JsonTokenType.StartObject ? Event(ref json, rows) : "an element is not an object") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Event(ref Utf8JsonReader json, RecordRows rows)
    {
        JsonEnvelope envelope = default;
        Utf8JsonReader fields = default;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            JsonKey key = KeyOf(ref json);
            if (key != JsonKey.Other && !envelope.Add(key))
            {
                return "a key of the event is there twice";
            }

            json.Read();
            if (key == JsonKey.Fields)
            {
                fields = json; // the type, which says what the fields are, may come behind them
            }

            if (Take(key, ref json, ref envelope) is { } problem)
            {
                return problem;
            }
        }

        if (envelope.Missing() is { } missing)
        {
            return missing;
        }

        if (envelope.Type is null)
        {
            rows.PassOver(envelope.User, envelope.TimeMs); // only the declaration drops it, so nothing is known of its columns
            return null;
        }

        _event.Begin(envelope.Type.Schema);
        (_event.User, _event.TimeMs, _event.Id) = (envelope.User, envelope.TimeMs, envelope.Id);
        if (envelope.HasFields && Fields(ref fields, envelope.Type) is { } wrong)
        {
            return wrong;
        }

        if (envelope.Type.Schema.IsDropped)
        {
            rows.PassOver(_event.User, _event.TimeMs); // a replica that still has the event type takes such a record, so this one does
        }
        else
        {
            rows.Add(_event);
        }

        return null;
    }

    private string? Take(JsonKey key, ref Utf8JsonReader json, ref JsonEnvelope envelope)
    {
        switch (key)
        {
            case JsonKey.User when json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out ulong number):
                envelope.User = UserId.From(number);
                return null;
            case JsonKey.User when json.TokenType == JsonTokenType.String
                && _values.TryText(ref json, out ReadOnlySpan<byte> name) && !name.IsEmpty:
                envelope.User = UserId.FromUtf8(name);
                return null;
            case JsonKey.User:
                return "'user' is not an unsigned number or a name";
            case JsonKey.UserId:
                Span<char> id = stackalloc char[JsonEnvelope.MaxIdLength];
                return json.TokenType == JsonTokenType.String && _values.TryText(ref json, out ReadOnlySpan<byte> text)
                    && text.Length <= id.Length && Ascii.ToUtf16(text, id, out int length) == System.Buffers.OperationStatus.Done
                    && UserId.TryParse(id[..length], out envelope.User)
                    ? null : "'user_id' is not a decimal number or 32 hexadecimal digits, as a string";
            case JsonKey.Type:
                if (json.TokenType == JsonTokenType.String && _values.TryText(ref json, out ReadOnlySpan<byte> type))
                {
                    envelope.Type = TypeOf(type);
                    envelope.IsDropped = envelope.Type is null && schema.WasDropped(Encoding.UTF8.GetString(type));
                }

                return envelope.Type is null && !envelope.IsDropped ? "not a known event type" : null;
            case JsonKey.Time:
                return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out envelope.TimeMs)
                    ? null : "'time' is not a whole number of milliseconds";
            case JsonKey.Id:
                return json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out envelope.Id)
                    ? null : "'id' is not an unsigned number";
            case JsonKey.Fields when json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null):
                return "'fields' is not an object";
            case JsonKey.Fields:
                envelope.HasFields = json.TokenType == JsonTokenType.StartObject;
                json.Skip();
                return null;
            default:
                json.Skip();
                return null;
        }
    }

    private string? Fields(ref Utf8JsonReader json, JsonEventType type)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            int column = _values.TryText(ref json, out ReadOnlySpan<byte> name) ? type.IndexOf(name) : -1;
            json.Read();
            if (column < 0)
            {
                json.Skip();
            }
            else if (_event.State(column) != ColumnState.Absent)
            {
                return type.Twice[column];
            }
            else if (!_values.TrySet(ref json, _event, column))
            {
                return type.Misfit[column];
            }
        }

        return null;
    }

    private JsonEventType? TypeOf(ReadOnlySpan<byte> name)
    {
        foreach (JsonEventType type in _types)
        {
            foreach (byte[] called in type.Names)
            {
                if (name.SequenceEqual(called))
                {
                    return type;
                }
            }
        }

        return null;
    }

    private static JsonKey KeyOf(ref Utf8JsonReader json) =>
        json.ValueTextEquals("user"u8) ? JsonKey.User
        : json.ValueTextEquals("user_id"u8) ? JsonKey.UserId
        : json.ValueTextEquals("type"u8) ? JsonKey.Type
        : json.ValueTextEquals("time"u8) ? JsonKey.Time
        : json.ValueTextEquals("id"u8) ? JsonKey.Id
        : json.ValueTextEquals("fields"u8) ? JsonKey.Fields
        : JsonKey.Other;
}
