using System.Text.Json.Nodes;

namespace Signals.Tests.Core.Definitions;

/// <summary>Changes a JSON document in a random place in a random way: other values, lost, doubled or unknown keys, moved parts.</summary>
internal sealed class JsonMutator(Random random)
{
    private static readonly string[] Words =
    [
        "", "view", "not a name", "90d", "-1d", "oneHot", "perType", "column", "padded",
        "\u0000", "é", "parameter", "views", "experimental", "percent", "float32",
    ];

    private static readonly string[] Keys =
        ["all", "any", "not", "filter", "column", "parameter", "base64", "feature", "unknown", "default", "minimum", "in", "is", "where"];

    public JsonNode Mutate(JsonNode document)
    {
        JsonNode copy = document.DeepClone();
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            Change(copy);
        }

        return copy;
    }

    private void Change(JsonNode document)
    {
        List<JsonNode> containers = [];
        Collect(document, containers);
        switch (containers[random.Next(containers.Count)])
        {
            case JsonObject o when random.Next(3) == 0 || o.Count == 0:
                o[Keys[random.Next(Keys.Length)]] = Value(containers);
                break;
            case JsonObject o:
                string key = o.ElementAt(random.Next(o.Count)).Key;
                if (random.Next(3) == 0)
                {
                    o.Remove(key);
                }
                else
                {
                    o[key] = Value(containers);
                }

                break;
            case JsonArray a when random.Next(3) == 0 || a.Count == 0:
                a.Add(Value(containers));
                break;
            case JsonArray a:
                a[random.Next(a.Count)] = Value(containers);
                break;
        }
    }

    private JsonNode? Value(List<JsonNode> containers) => random.Next(11) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.Next(-3, 300)),
        3 => JsonValue.Create(long.MaxValue),
        4 => JsonValue.Create(random.NextDouble() * 1e300),
        5 => new JsonObject(),
        6 => new JsonArray(),
        7 => new JsonObject { ["parameter"] = "views" },
        8 => containers[random.Next(containers.Count)].DeepClone(),
        _ => JsonValue.Create(Words[random.Next(Words.Length)]),
    };

    private static void Collect(JsonNode? node, List<JsonNode> containers)
    {
        switch (node)
        {
            case JsonObject o:
                containers.Add(o);
                foreach ((_, JsonNode? value) in o)
                {
                    Collect(value, containers);
                }

                break;
            case JsonArray a:
                containers.Add(a);
                foreach (JsonNode? value in a)
                {
                    Collect(value, containers);
                }

                break;
        }
    }
}
