using System.Text.Json;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Json;

/// <summary>Writes single values of a definition as JSON. Pure.</summary>
internal static class ValueWriter
{
    public static void Literal(Utf8JsonWriter json, string key, Literal? literal)
    {
        if (literal is { } value)
        {
            json.WritePropertyName(key);
            Literal(json, value);
        }
    }

    public static void Literal(Utf8JsonWriter json, Literal literal)
    {
        switch (literal.Kind)
        {
            case LiteralKind.Boolean:
                json.WriteBooleanValue(literal.Boolean);
                break;
            case LiteralKind.Int64:
                json.WriteNumberValue(literal.Int64);
                break;
            case LiteralKind.UInt64:
                json.WriteNumberValue(literal.UInt64);
                break;
            case LiteralKind.Float64:
                json.WriteRawValue(Signals.Definitions.Literal.FormatFloat64(literal.Float64));
                break;
            case LiteralKind.Text:
                json.WriteStringValue(literal.Text);
                break;
            default:
                json.WriteStartObject();
                json.WriteBase64String("base64", literal.Bytes.Span);
                json.WriteEndObject();
                break;
        }
    }

    public static void Literals(Utf8JsonWriter json, string key, ValueList<Literal> literals)
    {
        json.WriteStartArray(key);
        foreach (Literal literal in literals)
        {
            Literal(json, literal);
        }

        json.WriteEndArray();
    }

    public static void Names(Utf8JsonWriter json, string key, ValueList<string> names)
    {
        json.WriteStartArray(key);
        foreach (string name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a number that is always a double. Zeros of both signs are written alike, because they are equal.</summary>
    public static void Number(Utf8JsonWriter json, string key, double? value)
    {
        if (value is { } number)
        {
            json.WritePropertyName(key);
            json.WriteRawValue(Signals.Definitions.Literal.FormatFloat64(number + 0.0));
        }
    }

    public static void Duration(Utf8JsonWriter json, string key, TimeSpan? value)
    {
        if (value is { } duration)
        {
            json.WriteString(key, Durations.Format(duration));
        }
    }

    public static void Setting(Utf8JsonWriter json, string key, Setting<int>? setting)
    {
        if (setting is { } value && !Reference(json, key, value.Parameter))
        {
            json.WriteNumber(key, value.Value);
        }
    }

    public static void Setting(Utf8JsonWriter json, string key, Setting<TimeSpan> setting)
    {
        if (!Reference(json, key, setting.Parameter))
        {
            json.WriteString(key, Durations.Format(setting.Value));
        }
    }

    public static void Setting(Utf8JsonWriter json, string key, Setting<Literal> setting)
    {
        if (!Reference(json, key, setting.Parameter))
        {
            Literal(json, key, setting.Value);
        }
    }

    public static void Setting(Utf8JsonWriter json, Setting<Literal> setting)
    {
        if (setting.Parameter is null)
        {
            Literal(json, setting.Value);
            return;
        }

        json.WriteStartObject();
        json.WriteString("parameter", setting.Parameter);
        json.WriteEndObject();
    }

    private static bool Reference(Utf8JsonWriter json, string key, string? parameter)
    {
        if (parameter is null)
        {
            return false;
        }

        json.WriteStartObject(key);
        json.WriteString("parameter", parameter);
        json.WriteEndObject();
        return true;
    }
}
