using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Signals.Parquet.Layout;

/// <summary>
/// What a file of ours says about itself: one JSON object in its metadata, with version, kind, name and the columns as the schema declares
/// them. Immutable.
/// </summary>
/// <param name="Kind">What the rows are.</param>
/// <param name="Name">The event type, entity table or definition.</param>
/// <param name="Columns">Name, type and role of each column, in order.</param>
internal sealed record LakeDescription(LakeFileKind Kind, string Name, IReadOnlyList<LakeColumn> Columns)
{
    private const string Convention = "a null cell is absent, unless null_columns names its column: then it is null";

    /// <summary>More is not a description that we wrote: the largest schema has 1,024 columns.</summary>
    private const int MaxLength = 1 << 20;

    /// <summary>The description as JSON.</summary>
    public string Write()
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output))
        {
            json.WriteStartObject();
            json.WriteNumber("version", LakeFormat.Version);
            json.WriteString("kind", Kind.ToString());
            json.WriteString("name", Name);
            json.WriteString("nulls", Convention);
            json.WriteStartArray("columns");
            foreach (LakeColumn column in Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("kind", column.Type.Kind.ToString());
                json.WriteNumber("dimensions", column.Type.Dimensions);
                json.WriteString("role", column.Role.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Reads a description.</summary>
    /// <exception cref="FormatException">The text is no description, or one of a newer version.</exception>
    public static LakeDescription Read(string text)
    {
        if (text.Length > MaxLength)
        {
            throw new FormatException($"its '{LakeFormat.MetadataKey}' metadata has {text.Length} characters");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            JsonElement root = document.RootElement;
            int version = root.GetProperty("version").GetInt32();
            if (version != LakeFormat.Version)
            {
                throw new FormatException(
                    $"its layout has version {version}; this program reads version {LakeFormat.Version}. Use a newer version of Signals");
            }

            return new LakeDescription(
                Enum.Parse<LakeFileKind>(root.GetProperty("kind").GetString()!),
                root.GetProperty("name").GetString()!,
                [.. root.GetProperty("columns").EnumerateArray().Select(Column)]);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"its '{LakeFormat.MetadataKey}' metadata is no description of a file: {error.Message}", error);
        }
    }

    private static LakeColumn Column(JsonElement column) => new(
        column.GetProperty("name").GetString()!,
        ColumnType.FromKind(
            Enum.Parse<ColumnKind>(column.GetProperty("kind").GetString()!), column.GetProperty("dimensions").GetInt32()),
        Enum.Parse<ColumnRole>(column.GetProperty("role").GetString()!));
}
