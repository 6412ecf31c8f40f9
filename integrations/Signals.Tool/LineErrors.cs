using System.CommandLine;
using System.CommandLine.Parsing;

namespace Signals.Tool;

/// <summary>
/// Says what is wrong with a command line, in one sentence or two. The parser alone takes an unknown option for the value of an argument
/// (<c>checkpoint FOLDER --jsn</c> would make a folder of that name), so options are looked for in the words themselves. Pure.
/// </summary>
internal static class LineErrors
{
    /// <summary>The first error; null when there is none.</summary>
    /// <param name="line">What the parser made of the words.</param>
    /// <param name="words">The words.</param>
    public static string? Find(ParseResult line, IReadOnlyList<string> words)
    {
        Command command = line.CommandResult.Command;
        if (command is RootCommand root && words.FirstOrDefault(word => !word.StartsWith("--", StringComparison.Ordinal)) is { } name)
        {
            string question = NearestWord.Question(name, root.Subcommands.Select(known => known.Name));
            return $"'{name}' is no command.{question} 'signals --help' lists them.";
        }

        return UnknownOption(line, command, words)
            ?? TakenAsValue(line, command, words)
            ?? GivenTwice(line, command)
            ?? (line.Errors.Count > 0 ? $"{Describe(line)} {Hint(command)}" : null);
    }

    private static string? UnknownOption(ParseResult line, Command command, IReadOnlyList<string> words)
    {
        string[] known =
        [
            .. command.Options.Concat(line.RootCommandResult.Command.Options.Where(option => option.Recursive))
                .SelectMany(option => option.Aliases.Append(option.Name)),
        ];
        string? unknown = words
            .TakeWhile(word => word != "--")
            .Where(word => word.StartsWith("--", StringComparison.Ordinal))
            .Select(NameOf)
            .FirstOrDefault(word => !known.Contains(word));
        return unknown is null
            ? null
            : $"{unknown} is no option of this command.{NearestWord.Question(unknown, known)} {Hint(command)}";
    }

    // The parser also takes an option that it knows for the value of the one before it.
    private static string? TakenAsValue(ParseResult line, Command command, IReadOnlyList<string> words) => command.Options
        .Where(option => line.GetResult(option)?.Tokens is { } values
            && values.Any(value => value.Value.StartsWith("--", StringComparison.Ordinal) && words.Contains(value.Value)))
        .Select(option => $"{option.Name} needs a value. {Hint(command)}")
        .FirstOrDefault();

    private static string? GivenTwice(ParseResult line, Command command) => command.Options
        .Where(option => line.GetResult(option) is { IdentifierTokenCount: > 1 })
        .Select(option => $"{option.Name} is given twice.")
        .FirstOrDefault();

    private static string Describe(ParseResult line)
    {
        if (line.UnmatchedTokens is [string word, ..])
        {
            return $"'{word}' is one word too many.";
        }

        ParseError error = line.Errors[0];
        return error.SymbolResult switch
        {
            ArgumentResult { Tokens.Count: 0, Parent: OptionResult option } => $"{option.Option.Name} needs a value.",
            OptionResult { Tokens.Count: 0, IdentifierTokenCount: > 0 } option => $"{option.Option.Name} needs a value.",
            OptionResult { IdentifierTokenCount: 0 } option => $"{option.Option.Name} is missing.",
            ArgumentResult { Tokens.Count: 0 } argument => $"{argument.Argument.Name} is missing.",
            _ => error.Message,
        };
    }

    private static string Hint(Command command) => command is RootCommand
        ? "'signals --help' lists the commands."
        : $"'signals {command.Name} --help' describes the command.";

    // An option's value may follow in the same word.
    private static string NameOf(string word) => word.IndexOfAny(['=', ':']) is int end and >= 0 ? word[..end] : word;
}
