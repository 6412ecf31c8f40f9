using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Signals.Bench;

/// <summary>
/// One command of the harness: its options, each with its default, and its work. A wrong value says which option it is of. Used by one
/// thread.
/// </summary>
internal sealed class BenchCommand(string name, string description) : Command(name, description)
{
    /// <summary>The command in a line, with its options.</summary>
    public string Synopsis => string.Join(
        ' ',
        [
            Name, .. Arguments.Select(argument => $"[{argument.Name}]"),
            .. Options.Where(option => !option.Hidden).Select(option => $"[{option.Name} {option.HelpName}]"),
        ]);

    /// <summary>A whole number.</summary>
    public Option<int> Number(string name, int otherwise, string help, int least = 1) => Value(
        name, "N", otherwise, help,
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new FormatException($"{name} needs a number {(least == 1 ? "above 0" : $"of at least {least}")}, not '{text}'."));

    /// <summary>A number of at least 0.</summary>
    public Option<double> Real(string name, double otherwise, string help, string unit = "N") =>
        Value(name, unit, otherwise, help, text => RealOf(name, text));

    /// <summary>A number of at least 0; null when it is not given.</summary>
    public Option<double?> OptionalReal(string name, string help)
    {
        Option<double?> option = Value<double?>(name, "N", null, help, text => RealOf(name, text));
        option.DefaultValueFactory = null;
        return option;
    }

    /// <summary>A text that the command reads itself, or an empty one.</summary>
    public Option<string> Text(string name, string value, string otherwise, string help)
    {
        Option<string> option = Value(name, value, otherwise, help, text => text);
        option.DefaultValueFactory = otherwise.Length == 0 ? null : option.DefaultValueFactory;
        return option;
    }

    /// <summary>One of some words; null when it is not given and there is no default.</summary>
    public Option<string?> OneOf(string name, string? otherwise, string help, params string[] words)
    {
        Option<string?> option = Value(
            name, string.Join('|', words), otherwise, help,
            text => words.Contains(text)
                ? text
                : throw new FormatException($"{name} is {string.Join(", ", words[..^1])} or {words[^1]}, not '{text}'."));
        option.DefaultValueFactory = otherwise is null ? null : option.DefaultValueFactory;
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>The folder in which temporary folders are made.</summary>
    public Option<string> Folder() => Text("--path", "DIR", Path.GetTempPath(), "The folder for temporary folders.");

    /// <summary>Says what the command does. It returns the exit code.</summary>
    public BenchCommand Does(Func<ParseResult, int> work)
    {
        SetAction(work);
        return this;
    }

    /// <summary>Whole numbers above 0 with commas between them.</summary>
    /// <exception cref="FormatException">One of them is not a number above 0.</exception>
    public static long[] NumbersOf(string name, string text) => [.. text.Split(',').Select(part =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0
            ? number
            : throw new FormatException($"{name} needs numbers above 0 with commas between them, not '{text}'."))];

    private Option<T> Value<T>(string name, string value, T otherwise, string help, Func<string, T> read)
    {
        Option<T> option = new(name)
        {
            Description = help,
            HelpName = value,
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => Read(result, name, otherwise, read),
        };
        Add(option);
        return option;
    }

    private static T Read<T>(ArgumentResult result, string name, T otherwise, Func<string, T> read)
    {
        if (result.Tokens is not [{ Value.Length: > 0 } token])
        {
            result.AddError($"{name} needs a value.");
            return otherwise;
        }

        try
        {
            return read(token.Value);
        }
        catch (FormatException error)
        {
            result.AddError(error.Message);
            return otherwise;
        }
    }

    private static double RealOf(string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : throw new FormatException($"{name} needs a number of at least 0, such as 2.5, not '{text}'.");
}
