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
            WriteNames(json, type.FormerNames, type.IsDropped, type.IsDropFinal);
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
                WriteNames(json, column.FormerNames, column.IsDropped, column.IsDropFinal);
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
                    AddType(schema, type);
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

    private static void WriteNames(Utf8JsonWriter json, IReadOnlyList<string> formerNames, bool isDropped, bool isFinal)
    {
        json.WriteStartArray("former_names");
        foreach (string former in formerNames)
        {
            json.WriteStringValue(former);
        }

        json.WriteEndArray();
        json.WriteString("dropped", !isDropped ? null : isFinal ? DroppedForGood : DroppedNow);
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

    private static void AddType(StoreSchemaBuilder schema, JsonElement type)
    {
        string name = NameOf(type);
        if (DropOf(type, $"event type '{name}'") is bool isFinal)
        {
            schema.AddDropped(name, define => Define(define, type), isFinal);
        }
        else
        {
            schema.EventType(name, define => Define(define, type));
        }
    }

    private static void Define(EventTypeBuilder define, JsonElement type)
    {
        Array.ForEach(FormerNamesOf(type), former => define.TypeRenamedFrom(former));
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
        string[] former = FormerNamesOf(column);
        if (DropOf(column, $"column '{name}'") is bool isFinal)
        {
            ColumnRole role = isEnrichment ? ColumnRole.Enrichment : ColumnRole.Field;
            define.AddDropped(name, KindWords.TypeOf(word), role, former, isFinal);
        }
        else
        {
            KindWords.Add(define, name, word, isEnrichment);
            Array.ForEach(former, earlier => define.RenamedFrom(earlier));
        }
    }

    private static string[] FormerNamesOf(JsonElement named) => named.TryGetProperty("former_names", out JsonElement names)
        ? [.. names.EnumerateArray().Select(former => former.GetString() ?? throw new FormatException("a former name is null"))]
        : [];

    /// <summary>Whether it was dropped for good; null when it is not dropped.</summary>
    private static bool? DropOf(JsonElement named, string what) =>
        (named.TryGetProperty("dropped", out JsonElement dropped) ? dropped.GetString() : null) switch
        {
            null => null,
            DroppedNow => false,
            DroppedForGood => true,
            string other => throw new FormatException(
                $"{what} is dropped '{other}'; there are '{DroppedNow}' and '{DroppedForGood}'"),
        };

    private static string NameOf(JsonElement named) =>
        named.GetProperty("name").GetString() ?? throw new FormatException("a name is null");
}
