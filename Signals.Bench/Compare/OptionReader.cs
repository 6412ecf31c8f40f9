using System.Globalization;

namespace Signals.Bench.Compare;

/// <summary>The options of a command as names and values, in any order. Used by one thread.</summary>
internal sealed class OptionReader
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly string _usage;

    /// <exception cref="FormatException">An option has no value.</exception>
    public OptionReader(ReadOnlySpan<string> arguments, string usage)
    {
        _usage = usage;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            _values[arguments[i]] = i + 1 < arguments.Length
                ? arguments[i + 1]
                : throw new FormatException($"{arguments[i]} needs a value. {usage}");
        }
    }

    public string Text(string name, string otherwise) => _values.Remove(name, out string? value) ? value : otherwise;

    /// <exception cref="FormatException">The value is not a number above 0.</exception>
    public int Number(string name, int otherwise)
    {
        string text = Text(name, "");
        return text.Length == 0
            ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
                ? number
                : throw new FormatException($"{name} needs a number above 0, not '{text}'. {_usage}");
    }

    /// <exception cref="FormatException">The value is not a number of at least 0.</exception>
    public double Real(string name, double otherwise)
    {
        string text = Text(name, "");
        return text.Length == 0
            ? otherwise
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                && double.IsFinite(number)
                ? number
                : throw new FormatException($"{name} needs a number of at least 0, such as 2.5, not '{text}'. {_usage}");
    }

    /// <summary>Whole numbers above 0 with commas between them.</summary>
    /// <exception cref="FormatException">One of them is not a number above 0.</exception>
    public long[] Numbers(string name, params long[] otherwise)
    {
        string text = Text(name, "");
        return text.Length == 0
            ? otherwise
            : [.. text.Split(',').Select(part =>
                long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0
                    ? number
                    : throw new FormatException($"{name} needs numbers above 0 with commas between them, not '{text}'. {_usage}"))];
    }

    /// <exception cref="FormatException">There is an option that the command did not ask for.</exception>
    public void RequireAllUsed()
    {
        if (_values.Count > 0)
        {
            throw new FormatException($"Unknown option {_values.Keys.First()}. {_usage}");
        }
    }
}
