using System.Globalization;

namespace Signals.Core.Definitions.Values;

/// <summary>A place in a definition. Immutable. Its text is only created when an error needs it.</summary>
internal sealed class JsonPath
{
    private readonly JsonPath? _parent;
    private readonly string _step;

    private JsonPath(JsonPath? parent, string step)
    {
        _parent = parent;
        _step = step;
    }

    public static JsonPath Root { get; } = new(null, "$");

    /// <summary>An element of the list at this place.</summary>
    public JsonPath this[int index] => new(this, string.Create(CultureInfo.InvariantCulture, $"[{index}]"));

    /// <summary>A key of the object at this place. A key that is not a plain word is quoted and shortened.</summary>
    public JsonPath this[string key] => new(this, IsPlain(key) ? "." + key : $"['{Quoted(key)}']");

    public override string ToString()
    {
        var steps = new Stack<string>();
        for (JsonPath? at = this; at is not null; at = at._parent)
        {
            steps.Push(at._step);
        }

        return string.Concat(steps);
    }

    /// <summary>
    /// A text from the input, made safe for a message: control characters and surrogates are replaced, and at most 64 characters
    /// are kept.
    /// </summary>
    public static string Quoted(string text)
    {
        string cut = text.Length > 64 ? text[..64] + "…" : text;
        return string.Create(cut.Length, cut, static (span, from) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '\uFFFD' : from[i];
            }
        });
    }

    private static bool IsPlain(string key) =>
        key.Length is > 0 and <= 64 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$');
}
