using Signals.Core.Definitions.Values;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// The checks of single values that the other checks of a definition share. It adds the errors to a collector. Used by one
/// thread.
/// </summary>
internal sealed class ValueCheck(ValueList<Parameter> parameters, DefinitionErrors errors)
{
    public void Error(JsonPath path, string message) => errors.Add(path, message);

    public void Name(JsonPath path, string? name)
    {
        if (!IsName(name))
        {
            Error(
                path,
                $"'{JsonPath.Quoted(name ?? "")}' is not a name: " +
                $"names are 1 to {SchemaLimits.MaxNameLength} letters, digits, '_', '.' or '-' of ASCII");
        }
    }

    /// <summary>Checks each name, and that no name occurs twice.</summary>
    public void UniqueNames(JsonPath path, ValueList<string> names, Func<JsonPath, int, JsonPath> at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < names.Count && !errors.IsFull; i++)
        {
            Name(at(path, i), names[i]);
            if (names[i] is not null && !seen.Add(names[i]))
            {
                Error(at(path, i), $"'{JsonPath.Quoted(names[i])}' occurs twice");
            }
        }
    }

    public void Known<T>(JsonPath path, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Error(path, $"{value:D} is not a {typeof(T).Name}");
        }
    }

    public void Range(JsonPath path, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            Error(path, $"{value} is out of bounds; {least} to {most} are allowed");
        }
    }

    public void Count(JsonPath path, int count, int least, int most, string what)
    {
        if (count < least || count > most)
        {
            Error(path, $"{count} {what}; {least} to {most} are allowed");
        }
    }

    public void Text(JsonPath path, string? text)
    {
        if (text is null || text.Length > DefinitionLimits.MaxTextLength)
        {
            Error(
                path,
                text is null
                    ? "the text is null"
                    : $"the text has {text.Length} characters; at most {DefinitionLimits.MaxTextLength} are allowed");
        }
        else if (!IdentityText.IsWellFormed(text))
        {
            Error(path, "the text has half of a surrogate pair, which UTF-8 cannot hold");
        }
    }

    public void Literal(JsonPath path, Literal literal)
    {
        if (literal.Kind == LiteralKind.Text)
        {
            Text(path, literal.Text);
        }
        else if (literal.Kind == LiteralKind.Bytes && literal.Bytes.Length > DefinitionLimits.MaxTextLength)
        {
            Error(path, $"the value has {literal.Bytes.Length} bytes; at most {DefinitionLimits.MaxTextLength} are allowed");
        }
    }

    /// <summary>Checks that no literal occurs twice and that all are of one family.</summary>
    public void Literals(JsonPath path, ValueList<Literal> literals, int most)
    {
        Count(path, literals.Count, 1, most, "values");
        var seen = new HashSet<Literal>();
        for (int i = 0; i < literals.Count && !errors.IsFull; i++)
        {
            Literal(path[i], literals[i]);
            if (!seen.Add(literals[i]))
            {
                Error(path[i], $"{literals[i]} occurs twice");
            }

            if (Families.FamilyOf(literals[i]) != Families.FamilyOf(literals[0]))
            {
                Error(path[i], $"{literals[i]} is among values that are {Families.Describe(Families.FamilyOf(literals[0]))}");
            }
        }
    }

    public void Number(JsonPath path, double value)
    {
        if (!double.IsFinite(value))
        {
            Error(path, "the number is not finite");
        }
    }

    public void Duration(JsonPath path, TimeSpan value, TimeSpan most)
    {
        if (value <= TimeSpan.Zero || value > most || value.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            Error(path, $"the duration is {value}; whole milliseconds from 1ms to {Durations.Format(most)} are allowed");
        }
    }

    public void Setting(JsonPath path, Setting<int> setting, int least, int most)
    {
        Range(path, setting.Value, least, most);
        if (Declared<int>(path, setting) is
            {
                Kind: ParameterKind.Integer,
                Minimum: { IsInteger: true } low,
                Maximum: { IsInteger: true } high,
            } parameter
            && (LiteralOrder.Compare(low, least) < 0 || LiteralOrder.Compare(high, most) > 0))
        {
            Error(
                path,
                $"the bounds of the parameter '{parameter.Name}', {low} to {high}, go beyond what is allowed here, {least} to {most}");
        }
    }

    public void Setting(JsonPath path, Setting<TimeSpan> setting, TimeSpan most)
    {
        Duration(path, setting.Value, most);
        if (Declared<TimeSpan>(path, setting) is
            {
                Kind: ParameterKind.Duration,
                Minimum: { Kind: LiteralKind.Int64 } low,
                Maximum: { Kind: LiteralKind.Int64 } high,
            } parameter
            && (low.Int64 < 1 || high.Int64 > Durations.ToMilliseconds(most)))
        {
            Error(
                path,
                $"the bounds of the parameter '{parameter.Name}', {parameter.Format(low)} to {parameter.Format(high)}, " +
                $"go beyond 1ms to {Durations.Format(most)}");
        }
    }

    public void Setting(JsonPath path, Setting<Literal> setting)
    {
        Literal(path, setting.Value);
        Declared<Literal>(path, setting);
    }

    private static bool IsName(string? name) => name is { Length: > 0 and <= SchemaLimits.MaxNameLength }
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    // Finds the declaration of a setting's parameter. Reports a missing declaration, and one whose value differs from the
    // setting's.
    private Parameter? Declared<T>(JsonPath path, Setting<T> setting)
        where T : struct
    {
        if (setting.Parameter is null)
        {
            return null;
        }

        Parameter? parameter = parameters.FirstOrDefault(p => p.Name == setting.Parameter);
        if (parameter is null)
        {
            Error(
                path,
                $"the parameter '{JsonPath.Quoted(setting.Parameter)}' is not declared; " +
                $"declared are: {string.Join(", ", parameters.Select(p => p.Name))}");
        }
        else if (!SettingValue.TryRead(parameter, out T value) || !EqualityComparer<T>.Default.Equals(value, setting.Value))
        {
            Error(
                path,
                $"the setting is {setting.Value}, but the declared parameter '{parameter.Name}' is " +
                $"{parameter.Kind} {parameter.Format(parameter.Default)}");
        }

        return parameter;
    }
}
