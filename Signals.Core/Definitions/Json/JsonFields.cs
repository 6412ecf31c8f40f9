using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;

namespace Signals.Core.Definitions.Json;

/// <summary>
/// The keys of one JSON object: each must be known and occur once. Unknown and repeated keys are reported when it is created.
/// Immutable.
/// </summary>
internal sealed class JsonFields
{
    private readonly JsonPlace _owner;
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    public JsonFields(JsonPlace owner, string[] keys)
    {
        _owner = owner;
        if (!owner.IsObject)
        {
            owner.Error($"an object with {string.Join(", ", keys)} belongs here, not {owner.Found()}");
            return;
        }

        foreach (JsonProperty property in owner.Element.EnumerateObject())
        {
            if (owner.Errors.IsFull)
            {
                return;
            }

            Add(property, keys);
        }
    }

    public bool Has(string key) => _values.ContainsKey(key);

    public bool TryGet(string key, out JsonPlace node)
    {
        bool isThere = _values.TryGetValue(key, out JsonElement element);
        node = new JsonPlace(element, _owner.Path[key], _owner.Errors);
        return isThere;
    }

    /// <summary>The value of a key. Without one, this adds an error and returns a place whose own errors are dropped.</summary>
    public JsonPlace Required(string key)
    {
        if (TryGet(key, out JsonPlace node))
        {
            return node;
        }

        if (_owner.IsObject)
        {
            node.Error("this key is missing");
        }

        // The missing key is reported already. Errors from reading its value must not be reported too.
        return new JsonPlace(default, node.Path, new DefinitionErrors());
    }

    public ValueList<T> List<T>(string key, int most, Func<JsonPlace, T> read) =>
        TryGet(key, out JsonPlace node) ? node.List(most, read) : [];

    public T Choice<T>(string key, string[] words)
        where T : struct, Enum => TryGet(key, out JsonPlace node) ? (T)Enum.ToObject(typeof(T), node.Choice(words)) : default;

    public TimeSpan? Duration(string key) => TryGet(key, out JsonPlace node) ? Durations.FromMilliseconds(node.Milliseconds()) : null;

    private void Add(JsonProperty property, string[] keys)
    {
        string name;
        try
        {
            name = property.Name;
        }
        catch (InvalidOperationException)
        {
            _owner.Error("a key is not valid Unicode");
            return;
        }

        if (Array.IndexOf(keys, name) < 0)
        {
            _owner.Errors.Add(_owner.Path[name], $"unknown key; the known keys are: {string.Join(", ", keys)}");
        }
        else if (!_values.TryAdd(name, property.Value))
        {
            _owner.Errors.Add(_owner.Path[name], "the key occurs twice");
        }
    }
}
