using System.Text.Json;

namespace Signals.Samples.ConsoleHost.Exported;

/// <summary>
/// One event from a JSON object as `signals export` writes it. One thread; a property that is there twice makes it no event.
/// </summary>
internal sealed class JsonEventParser(StoreSchema schema)
{
    // A parsed document takes 12 bytes a value, and a line of digits and commas has one in every two bytes. No
    // event of a store has so many.
    private const int MostValues = 1 << 20;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Fills <paramref name="single"/>; otherwise says why not, in words that do not differ from line to line.</summary>
    public string? Problem(ReadOnlyMemory<byte> line, SingleEvent single)
    {
        try
        {
            if (line.Length > MostValues && HasTooManyValues(line.Span))
            {
                return $"more than {MostValues:N0} values in a line";
            }

            using JsonDocument document = JsonDocument.Parse(line, Options);
            return Problem(document.RootElement, single);
        }
        catch (JsonException)
        {
            return "not JSON, or a property is there twice";
        }
        catch (InvalidOperationException)
        {
            return "a text is not UTF-8"; // so the reader says that a string cannot be decoded
        }
    }

    private static bool HasTooManyValues(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        int values = 0;
        while (values <= MostValues && reader.Read())
        {
            values++;
        }

        return values > MostValues;
    }

    private string? Problem(JsonElement json, SingleEvent single)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return "the line is not an object";
        }

        if (!json.TryGetProperty("user", out JsonElement user)
            || user.ValueKind != JsonValueKind.String || !UserId.TryParse(user.GetString(), out UserId id))
        {
            return "'user' is not what exports write: a number or 32 hexadecimal digits, as a string";
        }

        if (id.IsNobody)
        {
            return "'user' is 0, which is how a user that nobody set looks";
        }

        if (!json.TryGetProperty("type", out JsonElement name) || name.ValueKind != JsonValueKind.String
            || !schema.TryGet(name.GetString()!, out EventTypeSchema? type))
        {
            return "'type' is not a known event type";
        }

        if (!json.TryGetProperty("time", out JsonElement time)
            || time.ValueKind != JsonValueKind.Number || !time.TryGetInt64(out long timeMs))
        {
            return "'time' is not a number of milliseconds";
        }

        if (!json.TryGetProperty("id", out JsonElement eventId)
            || eventId.ValueKind != JsonValueKind.Number || !eventId.TryGetUInt64(out ulong number))
        {
            return "'id' is not a number";
        }

        single.Begin(type);
        (single.User, single.TimeMs, single.Id) = (id, timeMs, number);
        return json.TryGetProperty("fields", out JsonElement fields) ? FieldProblem(fields, single) : null;
    }

    private static string? FieldProblem(JsonElement fields, SingleEvent single)
    {
        if (fields.ValueKind != JsonValueKind.Object)
        {
            return "'fields' is not an object";
        }

        foreach (JsonProperty field in fields.EnumerateObject())
        {
            int index = single.EventType.IndexOf(field.Name);
            if (index >= 0 && !TrySet(single, single.EventType.Columns[index], field.Value))
            {
                ColumnSchema column = single.EventType.Columns[index];
                return $"'{column.Name}' is not of kind {column.Type}";
            }
        }

        return null;
    }

    private static bool TrySet(SingleEvent single, ColumnSchema column, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                single.SetNull(column.Id);
                return true;
            case JsonValueKind.Object:
                return value.TryGetProperty("base64", out JsonElement raw) && raw.ValueKind == JsonValueKind.String
                    && ExportedCell.TrySetBase64(single, column, Utf8(raw));
            case JsonValueKind.String when column.Type.Kind
                is ColumnKind.Text or ColumnKind.Bytes or ColumnKind.Float16 or ColumnKind.Float32 or ColumnKind.Float64:
                return ExportedCell.TrySetText(single, column, Utf8(value));
            case JsonValueKind.True or JsonValueKind.False when column.Type.Kind == ColumnKind.Boolean:
                single.Set(column.Id, value.GetBoolean());
                return true;
            case JsonValueKind.Number when column.Type.Kind is not (ColumnKind.Text or ColumnKind.Bytes or ColumnKind.Boolean)
                && !column.Type.IsVector:
            case JsonValueKind.Array when column.Type.IsVector:
                return ExportedCell.TrySetText(single, column, System.Text.Encoding.UTF8.GetBytes(value.GetRawText()));
            default:
                return false;
        }
    }

    private static byte[] Utf8(JsonElement text) => System.Text.Encoding.UTF8.GetBytes(text.GetString()!);
}
