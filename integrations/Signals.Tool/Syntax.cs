using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Signals.Hosting;

namespace Signals.Tool;

/// <summary>
/// Makes the arguments and options of commands, so that each kind reads its value by one rule and says the same when it is wrong. Pure.
/// </summary>
internal static class Syntax
{
    /// <summary>The folder of the store that a command is for.</summary>
    public static Argument<string> Folder() => Word("FOLDER", "The store's folder.");

    /// <summary>The user that a command is for.</summary>
    public static Argument<string> User() => Word("USER", "The user, as commands print it; or text:NAME, guid:GUID, id:HEX.");

    /// <summary>The option that prints JSON.</summary>
    public static Option<bool> Json() => Flag("--json", "Print JSON instead of text.");

    /// <summary>The option that chooses event types.</summary>
    public static Option<string[]> Types() => List("--types", "A,B", "Only these event types; all by default.");

    public static Argument<string> Word(string name, string help)
    {
        Argument<string> word = new(name) { Description = help };
        word.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value.Length: 0 }])
            {
                result.AddError($"{name} is missing.");
            }
        });
        return word;
    }

    /// <summary>An argument that is one of some words.</summary>
    public static Argument<string> WordOf(string name, string help, params string[] words)
    {
        Argument<string> word =
            new(name) { Description = help, CustomParser = result => Known(result, name, words, StringComparison.Ordinal)! };
        word.CompletionSources.Clear();
        word.CompletionSources.Add(words);
        return word;
    }

    public static Option<bool> Flag(string name, string help) => new(name) { Description = help, Arity = ArgumentArity.Zero };

    public static Option<string?> Text(string name, string value, string help) =>
        new(name) { Description = help, HelpName = value, CustomParser = result => ValueOf(result, name) };

    /// <summary>A text that has to be given.</summary>
    public static Option<string?> Needed(string name, string value, string help)
    {
        Option<string?> option = Text(name, value, help);
        option.Required = true;
        return option;
    }

    /// <param name="name">The option.</param>
    /// <param name="help">What it says.</param>
    /// <param name="fallback">Its value when it is not given; null for 0, which is not shown.</param>
    /// <param name="least">The least value.</param>
    public static Option<int> Number(string name, string help, int? fallback, int least)
    {
        Option<int> option = new(name) { Description = help, HelpName = "N", CustomParser = result => NumberOf(result, name, least) };
        if (fallback is int value)
        {
            option.DefaultValueFactory = _ => value;
        }

        return option;
    }

    /// <summary>One of some words. The first is the default.</summary>
    /// <param name="name">The option.</param>
    /// <param name="help">What it says, without the words and the end of the sentence.</param>
    /// <param name="words">The words.</param>
    public static Option<string> OneOf(string name, string help, params string[] words) =>
        OneOf(name, help, words, words[0], StringComparison.Ordinal);

    /// <summary>One of some words; null when it is not given.</summary>
    public static Option<string?> OptionalOneOf(string name, string help, params string[] words)
    {
        Option<string?> option = OneOf(name, help, words)!;
        option.DefaultValueFactory = null;
        return option;
    }

    /// <summary>One of some words, which has to be given.</summary>
    public static Option<string> NeededOneOf(string name, string help, params string[] words)
    {
        Option<string> option = OneOf(name, help, words);
        option.DefaultValueFactory = null;
        option.Required = true;
        return option;
    }

    /// <summary>One of the values of an enum, whose words are written with hyphens: <c>canonical-text</c>.</summary>
    public static Option<string> Choice<T>(string name, string help, T fallback = default)
        where T : struct, Enum =>
        OneOf(name, help, [.. Enum.GetNames<T>().Select(Hyphened)], Hyphened(fallback.ToString()), StringComparison.OrdinalIgnoreCase);

    /// <summary>The value that a choice has on this line.</summary>
    public static T Chosen<T>(this ParseResult line, Option<string> choice)
        where T : struct, Enum =>
        Enum.Parse<T>(line.GetRequiredValue(choice).Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    /// <summary>A comma-separated list without repetitions. It is empty only when the option is not given.</summary>
    public static Option<string[]> List(string name, string value, string help) => new(name)
    {
        Description = help,
        HelpName = value,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => ListOf(result, name),
    };

    /// <summary>Whether the line gives this option.</summary>
    public static bool Gives(this ParseResult line, Option option) => line.GetResult(option) is { Implicit: false };

    /// <summary>Refuses options that mean nothing here.</summary>
    /// <exception cref="UsageException">The line gives one of them.</exception>
    public static void Refuse(this ParseResult line, IEnumerable<Option> options, string reason)
    {
        if (options.FirstOrDefault(line.Gives) is { } given)
        {
            throw new UsageException($"{given.Name} {reason}");
        }
    }

    private static Option<string> OneOf(string name, string help, string[] words, string fallback, StringComparison comparison)
    {
        Option<string> option = new(name)
        {
            Description = $"{help}: {string.Join(", ", words)}.",
            HelpName = name[(name.LastIndexOf('-') + 1)..].ToUpperInvariant(),
            DefaultValueFactory = _ => fallback,
            CustomParser = result => Known(result, name, words, comparison) ?? fallback,
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(words);
        return option;
    }

    private static string Hyphened(string name) => string.Concat(
        name.Select((letter, at) => (char.IsUpper(letter) && at > 0 ? "-" : "") + char.ToLowerInvariant(letter)));

    private static string? ValueOf(ArgumentResult result, string name)
    {
        if (result.Tokens is [{ Value.Length: > 0 } token])
        {
            return token.Value;
        }

        result.AddError($"{name} needs a value.");
        return null;
    }

    private static string? Known(ArgumentResult result, string name, string[] words, StringComparison comparison)
    {
        if (ValueOf(result, name) is not { } text)
        {
            return null;
        }

        if (words.FirstOrDefault(word => word.Equals(text, comparison)) is { } known)
        {
            return known;
        }

        result.AddError($"{name} does not know '{text}'; there are {string.Join(", ", words)}.{NearestWord.Question(text, words)}");
        return null;
    }

    private static int NumberOf(ArgumentResult result, string name, int least)
    {
        if (ValueOf(result, name) is { } text)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least)
            {
                return number;
            }

            result.AddError($"{name} must be a number from {least}; it is '{text}'.");
        }

        return 0;
    }

    private static string[] ListOf(ArgumentResult result, string name)
    {
        if (ValueOf(result, name) is not { } text)
        {
            return [];
        }

        string[] words =
        [
            .. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Distinct(StringComparer.Ordinal),
        ];
        if (words.Length == 0)
        {
            result.AddError($"{name} names nothing: '{text}'.");
        }

        return words;
    }
}
