using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Signals.Samples.ConsoleHost.Options;

/// <summary>Makes options, so that each kind reads its value by one rule and says in one sentence when it is wrong. Pure.</summary>
internal static class OptionSyntax
{
    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string help) => new(name) { Description = help, Arity = ArgumentArity.Zero };

    /// <summary>A text.</summary>
    public static Option<string?> Text(string name, string value, string help) => Value<string?>(name, value, help, text => text);

    /// <summary>A whole number; "_" and "," may group the digits.</summary>
    public static Option<long?> Integer(string name, long least, long most, string help) => Value<long?>(name, "N", help, text =>
    {
        string digits = text.Replace("_", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal);
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            && value >= least && value <= most
                ? value
                : throw new UsageException($"{name}: '{text}' is not a whole number from {least} to {most}");
    });

    /// <summary>Days, from one minute on.</summary>
    public static Option<double?> Days(string name, double most, string help) => Value<double?>(name, "DAYS", help, text =>
    {
        const double Minute = 1.0 / (24 * 60);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value >= Minute && value <= most
                ? value
                : throw new UsageException($"{name}: '{text}' is not a number of days from one minute (0.0007) to {most}");
    });

    /// <summary>Comma-separated words.</summary>
    public static Option<string[]> List(string name, string value, string help) => Value<string[]>(name, value, help, text =>
    {
        string[] words = text.Split(',', StringSplitOptions.TrimEntries);
        return words.Contains("") ? throw new UsageException($"{name}: an empty name in the list") : words;
    });

    /// <summary>A value that the program reads by a rule of its own; null when the option is not given.</summary>
    /// <param name="name">The option.</param>
    /// <param name="value">What help calls its value.</param>
    /// <param name="help">What it does.</param>
    /// <param name="read">Reads it, or throws <see cref="UsageException"/>.</param>
    public static Option<T> Value<T>(string name, string value, string help, Func<string, T> read) => new(name)
    {
        Description = help,
        HelpName = value,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Read(result, name, result.Tokens is [{ } token] ? token.Value : "", read),
    };

    /// <summary>Reads a value of an option; a wrong one becomes an error of the line.</summary>
    public static T Read<T>(ArgumentResult result, string name, string text, Func<string, T> read)
    {
        try
        {
            return text.Length > 0 ? read(text) : throw new UsageException($"{name} needs a value");
        }
        catch (UsageException error)
        {
            result.AddError(error.Message);
            return default!;
        }
    }
}
