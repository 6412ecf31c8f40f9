using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>
/// A place in a parsed document, with its path and the collection that receives its errors. Every reading method reports what
/// does not fit and then returns a harmless value, so that one pass finds every error. Valid while the document is.
/// </summary>
internal readonly struct JsonPlace(JsonElement element, JsonPath path, DefinitionErrors errors)
{
    // The shortest form of any number in a definition has at most 24 characters.
    private const int MaxNumberLength = 64;

    public JsonElement Element { get; } = element;

    public JsonPath Path { get; } = path;

    public DefinitionErrors Errors { get; } = errors;

    public bool IsObject => Element.ValueKind == JsonValueKind.Object;

    public void Error(string message) => Errors.Add(Path, message);

    /// <summary>Describes the value at this place for a message.</summary>
    public string Found() => Element.ValueKind switch
    {
        JsonValueKind.Undefined => "nothing",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => TryText(out string? text) ? $"'{JsonPath.Quoted(text)}'" : "a text that is not valid Unicode",
        _ => JsonPath.Quoted(System.Text.Encoding.UTF8.GetString(Raw[..Math.Min(Raw.Length, MaxNumberLength)])),
    };

    public string Text()
    {
        if (Element.ValueKind != JsonValueKind.String)
        {
            Error($"a text belongs here, not {Found()}");
            return "";
        }

        if (!TryText(out string? text))
        {
            Error("the text is not valid Unicode: it has half of a surrogate pair, or bytes that are not UTF-8");
            return "";
        }

        return text;
    }

    public bool Boolean()
    {
        if (Element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return Element.ValueKind == JsonValueKind.True;
        }

        Error($"true or false belongs here, not {Found()}");
        return false;
    }

    public int Int32()
    {
        if (TryNumber(out Literal number) && number.Kind == LiteralKind.Int64 && number.Int64 is >= int.MinValue and <= int.MaxValue)
        {
            return (int)number.Int64;
        }

        Error($"a whole number of 32 bits belongs here, not {Found()}");
        return 0;
    }

    public double Float64()
    {
        if (TryNumber(out Literal number))
        {
            return number.AsDouble;
        }

        Error($"a number belongs here, not {Found()}");
        return 0;
    }

    public long Milliseconds()
    {
        if (Element.ValueKind == JsonValueKind.String && TryText(out string? text) && Durations.TryParse(text, out long milliseconds))
        {
            return milliseconds;
        }

        Error($"a duration such as '90d', '12h', '5m', '30s' or '20ms' belongs here, not {Found()}");
        return 1;
    }

    /// <summary>Reads one of some words and returns its index. Adds an error and returns 0 when it is none of them.</summary>
    public int Choice(string[] words) => TryChoice(words, out int index) ? index : 0;

    /// <summary>Reads one of some words and returns its index. Adds an error and returns false when it is none of them.</summary>
    public bool TryChoice(string[] words, out int index)
    {
        index = Element.ValueKind == JsonValueKind.String && TryText(out string? text) ? Array.IndexOf(words, text) : -1;
        if (index < 0)
        {
            Error($"one of {string.Join(", ", words)} belongs here, not {Found()}");
        }

        return index >= 0;
    }

    public Literal Literal()
    {
        switch (Element.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return Element.ValueKind == JsonValueKind.True;
            case JsonValueKind.String:
                return Text();
            case JsonValueKind.Number when TryNumber(out Literal number):
                return number;
            case JsonValueKind.Object:
                JsonPlace bytes = new JsonFields(this, DefinitionKeys.Bytes).Required("base64");
                if (bytes.Element.ValueKind == JsonValueKind.String && bytes.Element.TryGetBytesFromBase64(out byte[]? value))
                {
                    return Signals.Definitions.Literal.FromBytes(value);
                }

                bytes.Error($"base64 text belongs here, not {bytes.Found()}");
                return false;
            default:
                Error($"a number, text, boolean or {{\"base64\": ...}} belongs here, not {Found()}");
                return false;
        }
    }

    /// <summary>
    /// The elements of a list of at most <paramref name="most"/>. Adds an error and returns none when it is something else.
    /// </summary>
    public IEnumerable<JsonPlace> Items(int most)
    {
        if (Element.ValueKind != JsonValueKind.Array)
        {
            Error($"a list belongs here, not {Found()}");
            yield break;
        }

        if (Element.GetArrayLength() > most)
        {
            Error($"the list has {Element.GetArrayLength()} elements; at most {most} are allowed");
            yield break;
        }

        int index = 0;
        foreach (JsonElement item in Element.EnumerateArray())
        {
            if (Errors.IsFull)
            {
                yield break;
            }

            yield return new JsonPlace(item, Path[index++], Errors);
        }
    }

    public ValueList<T> List<T>(int most, Func<JsonPlace, T> read) => [.. Items(most).Select(read)];

    private ReadOnlySpan<byte> Raw => JsonMarshal.GetRawUtf8Value(Element);

    private bool TryText([NotNullWhen(true)] out string? text)
    {
        try
        {
            text = Element.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private bool TryNumber(out Literal number)
    {
        number = default;
        if (Element.ValueKind != JsonValueKind.Number || Raw.Length > MaxNumberLength)
        {
            return false;
        }

        if (Raw.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0)
        {
            bool isFinite = Element.TryGetDouble(out double value) && double.IsFinite(value);
            number = isFinite ? value : default(Literal);
            return isFinite;
        }

        if (Element.TryGetInt64(out long whole))
        {
            number = whole;
            return true;
        }

        bool fits = Element.TryGetUInt64(out ulong large);
        number = large;
        return fits;
    }
}
