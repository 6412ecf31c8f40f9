using System.Text.Json;
using Signals.Tool.Export;

namespace Signals.Tool.Stores;

/// <summary>
/// A store's schema as JSON (docs/tool.md): what the command schema prints, and what salvage reads when a manifest is lost. Pure.
/// </summary>
internal static class SchemaJson
{
    private const int MostBytes = 16 << 20;

    /// <summary>Declaring the column again takes the drop back.</summary>
    private const string DroppedNow = "within_grace";

    private const string DroppedForGood = "for_good";

    public static string Write(StoreSchema schema) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("event_types");
        foreach (EventTypeSchema type in schema.EventTypes)
        {
            json.WriteStartObject();
            json.WriteString("name", type.Name);
            WriteLimits(json, type);
            json.WriteStartArray("columns");
            foreach (ColumnSchema column in type.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("type", KindWords.Of(column.Type));
                if (column.FirstType != column.Type)
                {
                    json.WriteString("first_type", KindWords.Of(column.FirstType));
                }

                json.WriteBoolean("enrichment", column.Role == ColumnRole.Enrichment);
                WriteNames(json, column);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Reads a schema from a file. Properties that it does not know are passed over.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">It is no schema; the message says where.</exception>
    public static StoreSchema Read(string path)
    {
        using FileStream file = UserFile.OpenRead(path);
        if (file.Length > MostBytes)
        {
            throw new UsageException($"'{path}' is no schema: it has {Count.Bytes(file.Length)}.");
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(file);
            return StoreSchema.Define(schema =>
            {
                foreach (JsonElement type in json.RootElement.GetProperty("event_types").EnumerateArray())
                {
                    schema.EventType(NameOf(type), define => Define(define, type));
                }
            });
        }
        catch (Exception wrong) when (
            wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException
                or OverflowException)
        {
            throw new UsageException($"'{path}' is no schema as 'signals schema FOLDER --json' prints it: {wrong.Message}");
        }
    }

    private static void WriteNames(Utf8JsonWriter json, ColumnSchema column)
    {
        json.WriteStartArray("former_names");
        foreach (string former in column.FormerNames)
        {
            json.WriteStringValue(former);
        }

        json.WriteEndArray();
        json.WriteString("dropped", !column.IsDropped ? null : column.IsDropFinal ? DroppedForGood : DroppedNow);
    }

    private static void WriteLimits(Utf8JsonWriter json, EventTypeSchema type)
    {
        if (type.KeepLast == int.MaxValue)
        {
            json.WriteNull("keep_last");
        }
        else
        {
            json.WriteNumber("keep_last", type.KeepLast);
        }

        if (type.MaxAge is { } age)
        {
            json.WriteNumber("max_age_ms", (long)age.TotalMilliseconds);
        }
        else
        {
            json.WriteNull("max_age_ms");
        }

        json.WriteNumber("window_ms", (long)type.Window.TotalMilliseconds);
    }

    private static void Define(EventTypeBuilder define, JsonElement type)
    {
        foreach (JsonElement column in type.GetProperty("columns").EnumerateArray())
        {
            DefineColumn(define, column);
            if (column.TryGetProperty("first_type", out JsonElement first))
            {
                define.WidenedFrom(KindWords.TypeOf(first.GetString() ?? ""));
            }
        }

        if (type.GetProperty("keep_last") is { ValueKind: not JsonValueKind.Null } last)
        {
            define.KeepLast(last.GetInt32());
        }

        if (type.GetProperty("max_age_ms") is { ValueKind: not JsonValueKind.Null } age)
        {
            define.MaxAge(TimeSpan.FromMilliseconds(age.GetInt64()));
        }

        define.Window(TimeSpan.FromMilliseconds(type.GetProperty("window_ms").GetInt64()));
    }

    // What earlier versions printed names neither former names nor what was dropped.
    private static void DefineColumn(EventTypeBuilder define, JsonElement column)
    {
        string name = NameOf(column);
        string word = column.GetProperty("type").GetString() ?? "";
        bool isEnrichment = column.GetProperty("enrichment").GetBoolean();
        string[] former = column.TryGetProperty("former_names", out JsonElement names)
            ? [.. names.EnumerateArray().Select(former => former.GetString() ?? throw new FormatException("a former name is null"))]
            : [];
        switch (column.TryGetProperty("dropped", out JsonElement dropped) ? dropped.GetString() : null)
        {
            case null:
                KindWords.Add(define, name, word, isEnrichment);
                Array.ForEach(former, earlier => define.RenamedFrom(earlier));
                break;
            case DroppedNow or DroppedForGood:
                ColumnRole role = isEnrichment ? ColumnRole.Enrichment : ColumnRole.Field;
                define.AddDropped(name, KindWords.TypeOf(word), role, former, dropped.ValueEquals(DroppedForGood));
                break;
            case string other:
                throw new FormatException($"column '{name}' is dropped '{other}'; there are '{DroppedNow}' and '{DroppedForGood}'");
        }
    }

    private static string NameOf(JsonElement named) =>
        named.GetProperty("name").GetString() ?? throw new FormatException("a name is null");
}
