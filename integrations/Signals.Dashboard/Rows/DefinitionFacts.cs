using System.Globalization;
using System.Text.Json;
using Signals.Definitions;

namespace Signals.Dashboard.Rows;

/// <summary>What of a definition decides which rows are served, read from its JSON. Immutable.</summary>
internal sealed class DefinitionFacts
{
    private readonly Dictionary<string, Source> _sources = [];
    private readonly Dictionary<string, JsonElement> _parameters = [];

    private DefinitionFacts(JsonElement definition)
    {
        foreach (JsonElement parameter in Items(definition, "parameters"))
        {
            _parameters[parameter.GetProperty("name").GetString()!] = parameter.GetProperty("default").Clone();
        }

        HasCondition = definition.TryGetProperty("where", out _);
        HasMix = Items(definition, "mix").Length > 0;
        Size = Number(definition.GetProperty("size"));
        foreach (JsonElement source in Items(definition, "sources"))
        {
            _sources[source.GetProperty("eventType").GetString()!] = new Source(
                Number(source.GetProperty("count")),
                source.TryGetProperty("window", out JsonElement window) ? Text(window) : null,
                source.TryGetProperty("where", out _));
        }

        if (definition.TryGetProperty("dedup", out JsonElement dedup))
        {
            DedupColumns = [.. Items(dedup, "columns").Select(column => column.GetString()!)];
            IsDedupPerType = dedup.TryGetProperty("scope", out JsonElement scope) && scope.GetString() == "perType";
        }
    }

    /// <summary>Whether the definition itself has a condition.</summary>
    public bool HasCondition { get; }

    /// <summary>Whether rules of a mix choose among the candidates.</summary>
    public bool HasMix { get; }

    /// <summary>The most rows of an answer.</summary>
    public long Size { get; }

    /// <summary>The columns of the dedup key; empty for none.</summary>
    public IReadOnlyList<string> DedupColumns { get; } = [];

    /// <summary>Whether events of different types never have the same key.</summary>
    public bool IsDedupPerType { get; }

    /// <summary>Reads a definition; null for one that holds code of the host, which JSON cannot say.</summary>
    public static DefinitionFacts? Of(SequenceDefinition definition)
    {
        if (!definition.IsPortable)
        {
            return null;
        }

        using JsonDocument json = JsonDocument.Parse(definition.ToUtf8Json());
        return new DefinitionFacts(json.RootElement);
    }

    /// <summary>What the definition takes of an event type; null for nothing.</summary>
    public Source? SourceOf(EventTypeSchema eventType) => eventType.FormerNames.Prepend(eventType.Name)
        .Select(called => _sources.GetValueOrDefault(called)).FirstOrDefault(source => source is not null);

    private static JsonElement[] Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement array) ? [.. array.EnumerateArray()] : [];

    private JsonElement Resolve(JsonElement setting) =>
        setting.ValueKind == JsonValueKind.Object ? _parameters[setting.GetProperty("parameter").GetString()!] : setting;

    private long Number(JsonElement setting) => Resolve(setting).GetInt64();

    private string Text(JsonElement setting) => Resolve(setting).GetString()!;

    /// <summary>What a definition takes of one event type. Immutable.</summary>
    /// <param name="Count">The most rows.</param>
    /// <param name="Window">How old they may be, as the JSON says it; null for any age.</param>
    /// <param name="HasCondition">Whether it has a condition of its own.</param>
    internal sealed record Source(long Count, string? Window, bool HasCondition)
    {
        /// <summary>The window in milliseconds.</summary>
        public long WindowMs
        {
            get
            {
                if (Window is null)
                {
                    return long.MaxValue;
                }

                string digits = Window.TrimEnd('d', 'h', 'm', 's');
                long unit = Window[digits.Length..] switch { "d" => 86_400_000, "h" => 3_600_000, "m" => 60_000, "s" => 1000, _ => 1 };
                return long.Parse(digits, CultureInfo.InvariantCulture) * unit;
            }
        }
    }
}
