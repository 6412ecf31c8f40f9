using System.Globalization;

namespace Signals.Tool;

/// <summary>
/// The words and options after a command's name. A command must ask for every option that it knows before it calls
/// <see cref="RequireAllUsed"/>, so that a misspelt option is an error. Used by one thread.
/// </summary>
internal sealed class CommandLine
{
    private readonly Queue<string> _words = new();
    private readonly Dictionary<string, string?> _options = new(StringComparer.Ordinal);

    public CommandLine(IEnumerable<string> arguments)
    {
        string? open = null;
        foreach (string argument in arguments)
        {
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                open = argument;
                if (!_options.TryAdd(argument, null))
                {
                    throw new UsageException($"{argument} is given twice.");
                }
            }
            else if (open is not null && TakesValue(open))
            {
                _options[open] = argument;
                open = null;
            }
            else
            {
                _words.Enqueue(argument);
            }
        }
    }

    /// <summary>Returns the next word; an error names <paramref name="what"/> when it is missing.</summary>
    public string Word(string what) =>
        _words.TryDequeue(out string? word) && word.Length > 0 ? word : throw new UsageException($"{what} is missing.");

    public bool Flag(string name) => _options.Remove(name);

    public string? Text(string name) => !_options.Remove(name, out string? value) ? null
        : string.IsNullOrEmpty(value) ? throw new UsageException($"{name} needs a value.") : value;

    public int Number(string name, int fallback, int least) => Text(name) is not { } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least ? number
        : throw new UsageException($"{name} must be a number from {least}; it is '{text}'.");

    /// <summary>One of the values of an enum, whose words are written with hyphens: <c>canonical-text</c>.</summary>
    public T Choice<T>(string name, T fallback = default)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        string word = text.Replace("-", "", StringComparison.Ordinal);
        return Enum.GetNames<T>().FirstOrDefault(known => known.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<T>(found)
            : throw new UsageException($"{name} does not know '{text}'; there are {string.Join(", ", Enum.GetNames<T>())}.");
    }

    /// <summary>A comma-separated list without repetitions. It is empty only when the option is not given.</summary>
    public string[] List(string name)
    {
        if (Text(name) is not { } text)
        {
            return [];
        }

        string[] words =
        [
            .. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Distinct(StringComparer.Ordinal),
        ];
        return words.Length > 0 ? words : throw new UsageException($"{name} names nothing: '{text}'.");
    }

    public void RequireAllUsed()
    {
        if (_words.TryPeek(out string? word))
        {
            throw new UsageException($"'{word}' is one word too many.");
        }

        if (_options.Count > 0)
        {
            throw new UsageException($"{_options.Keys.First()} is no option of this command.");
        }
    }

    private static bool TakesValue(string option) => option is not (
        "--json" or "--yes" or "--move" or "--overwrite" or "--null-overwrites"
        or "--as-known-then" or "--as-corrected-now" or "--keep-unlabelled" or "--states");
}
