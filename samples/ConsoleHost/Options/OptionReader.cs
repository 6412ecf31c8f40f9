using System.Globalization;

namespace Signals.Samples.ConsoleHost.Options;

/// <summary>Walks the arguments and reads option values. One use, one thread. Every error is a <see cref="UsageException"/>.</summary>
internal sealed class OptionReader(IReadOnlyList<string> arguments)
{
    private int _next;
    private string? _inlineValue;

    /// <summary>The option that was read last, such as "--events".</summary>
    public string Option { get; private set; } = "";

    /// <summary>Moves to the next option; "--name=value" is the same as "--name value".</summary>
    public bool TryNext()
    {
        if (_inlineValue is not null)
        {
            throw new UsageException($"{Option} takes no value");
        }
        if (_next == arguments.Count)
        {
            return false;
        }
        string argument = arguments[_next++];
        if (!argument.StartsWith("--", StringComparison.Ordinal) && argument is not ("-h" or "-?"))
        {
            throw new UsageException($"'{argument}' is not an option; options begin with --");
        }
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        Option = equals < 0 ? argument : argument[..equals];
        _inlineValue = equals < 0 ? null : argument[(equals + 1)..];
        return true;
    }

    /// <summary>The option's value as text.</summary>
    public string Text()
    {
        string? text = _inlineValue;
        _inlineValue = null;
        // A value may begin with "-" ("-" itself is standard input) but not with "--", which is a forgotten value.
        if (text is null && _next < arguments.Count && !arguments[_next].StartsWith("--", StringComparison.Ordinal))
        {
            text = arguments[_next++];
        }
        return string.IsNullOrEmpty(text) ? throw new UsageException($"{Option} needs a value") : text;
    }

    /// <summary>The option's value as a whole number; "_" and "," may group the digits.</summary>
    public long Integer(long least, long most)
    {
        string text = Text();
        string digits = text.Replace("_", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal);
        if (!long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            || value < least || value > most)
        {
            throw new UsageException($"{Option}: '{text}' is not a whole number from {least} to {most}");
        }
        return value;
    }

    /// <summary>The option's value as days, from one minute on.</summary>
    public double Days(double most)
    {
        const double Minute = 1.0 / (24 * 60);
        string text = Text();
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || !(value >= Minute && value <= most))
        {
            throw new UsageException($"{Option}: '{text}' is not a number of days from one minute (0.0007) to {most}");
        }
        return value;
    }

    /// <summary>The option's value as comma-separated words.</summary>
    public string[] List()
    {
        string[] words = Text().Split(',', StringSplitOptions.TrimEntries);
        if (words.Contains(""))
        {
            throw new UsageException($"{Option}: an empty name in the list");
        }
        return words;
    }
}
