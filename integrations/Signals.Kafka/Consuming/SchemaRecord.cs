using System.Text.Json;

namespace Signals.Kafka.Consuming;

/// <summary>Reads what a record says that the store must have. Pure.</summary>
internal static class SchemaRecord
{
    /// <summary>What a schema lacks and never dropped; null when the value is not an object of arrays of names.</summary>
    public static IReadOnlyList<string>? Missing(ReadOnlyMemory<byte> value, StoreSchema schema)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(value, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            return json.RootElement.ValueKind == JsonValueKind.Object ? Missing(json.RootElement, schema) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // not JSON, or a text that is not UTF-8: the caller refuses the record
        }
    }

    private static List<string>? Missing(JsonElement types, StoreSchema schema)
    {
        List<string> missing = [];
        foreach (JsonProperty type in types.EnumerateObject())
        {
            if (type.Value.ValueKind != JsonValueKind.Array
                || type.Value.EnumerateArray().Any(static column => column.ValueKind != JsonValueKind.String))
            {
                return null;
            }

            if (!schema.TryGet(type.Name, out EventTypeSchema? known))
            {
                if (!schema.WasDropped(type.Name))
                {
                    missing.Add(type.Name);
                }

                continue;
            }

            missing.AddRange(type.Value.EnumerateArray()
                .Select(static column => column.GetString()!)
                .Where(column => known.IndexOf(column) < 0 && !known.WasDropped(column))
                .Select(column => $"{type.Name}.{column}"));
        }

        return missing;
    }
}
