using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Signals.Tests.Core.Definitions;

/// <summary>
/// As much of JSON Schema as <c>docs/definitions.schema.json</c> uses; a keyword that it does not know is an error, so that nothing in the
/// schema goes unchecked. Also records which keys of which definitions a document used.
/// </summary>
internal sealed class JsonSchemaChecker(JsonObject schema)
{
    private static readonly string[] Annotations = ["$schema", "$defs", "title", "description", "default"];

    public JsonObject Definitions { get; } = schema["$defs"]!.AsObject();

    /// <summary>Every "definition.key" that valid documents had.</summary>
    public HashSet<string> Used { get; } = [];

    public bool IsValid(JsonNode? document) => IsValid(schema, document, "$", null);

    private bool IsValid(JsonObject rules, JsonNode? value, string name, HashSet<string>? outer)
    {
        HashSet<string> used = [];
        foreach ((string keyword, JsonNode? rule) in rules)
        {
            if (!Annotations.Contains(keyword) && !Holds(rules, keyword, rule!, value, name, used))
            {
                return false;
            }
        }

        (outer ?? Used).UnionWith(used);
        return true;
    }

    private bool Holds(JsonObject rules, string keyword, JsonNode rule, JsonNode? value, string name, HashSet<string> used) =>
        keyword switch
        {
            "$ref" => IsValid(Definitions[Referred(rule)]!.AsObject(), value, Referred(rule), used),
            "type" => (rule is JsonArray several ? several.Select(t => (string)t!) : [(string)rule!]).Any(type => IsOfType(type, value)),
            "enum" => rule.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)),
            "oneOf" => rule.AsArray().Count(option => IsValid(option!.AsObject(), value, name, used)) == 1,
            "anyOf" => rule.AsArray().Any(option => IsValid(option!.AsObject(), value, name, used)),
            "properties" => value is not JsonObject o || o.All(p => rule[p.Key] is not JsonObject r
                || (used.Add($"{name}.{p.Key}") | true) && IsValid(r, p.Value, name + "." + p.Key, used)),
            "additionalProperties" => value is not JsonObject o || o.All(p => rules["properties"]!.AsObject().ContainsKey(p.Key)),
            "required" => value is not JsonObject o || rule.AsArray().All(key => o.ContainsKey((string)key!)),
            "minProperties" => value is not JsonObject o || o.Count >= (int)rule,
            "maxProperties" => value is not JsonObject o || o.Count <= (int)rule,
            "items" => value is not JsonArray a || a.All(item => IsValid(rule.AsObject(), item, name, used)),
            "minItems" => value is not JsonArray a || a.Count >= (int)rule,
            "maxItems" => value is not JsonArray a || a.Count <= (int)rule,
            "minLength" => Text(value) is not { } text || text.Length >= (int)rule,
            "maxLength" => Text(value) is not { } text || text.Length <= (int)rule,
            "pattern" => Text(value) is not { } text || Regex.IsMatch(text, (string)rule! + "(?!\n)"),
            "minimum" => !IsOfType("number", value) || (double)value! >= (double)rule,
            "maximum" => !IsOfType("number", value) || (double)value! <= (double)rule,
            _ => throw new NotSupportedException($"the keyword {keyword} is unknown to this checker"),
        };

    private static string Referred(JsonNode rule) => ((string)rule!)["#/$defs/".Length..];

    private static string? Text(JsonNode? value) => IsOfType("string", value) ? (string)value! : null;

    private static bool IsOfType(string type, JsonNode? value) => (type, value?.GetValueKind()) switch
    {
        ("object", System.Text.Json.JsonValueKind.Object) => true,
        ("array", System.Text.Json.JsonValueKind.Array) => true,
        ("string", System.Text.Json.JsonValueKind.String) => true,
        ("boolean", System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False) => true,
        ("number", System.Text.Json.JsonValueKind.Number) => true,
        ("integer", System.Text.Json.JsonValueKind.Number) => (double)value! == Math.Floor((double)value!),
        _ => false,
    };
}
