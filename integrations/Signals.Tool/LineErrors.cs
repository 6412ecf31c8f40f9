using System.CommandLine;
using System.CommandLine.Parsing;
using Signals.Hosting;

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
        if (!command.TreatUnmatchedTokensAsErrors)
        {
            return null; // another program reads them
        }

        if (command is RootCommand { Subcommands.Count: > 0 } root
            && words.FirstOrDefault(word => !word.StartsWith("--", StringComparison.Ordinal)) is { } name)
        {
            string question = NearestWord.Question(name, root.Subcommands.Select(known => known.Name));
            return $"'{name}' is no command.{question} '{root.HelpName} --help' lists them.";
        }

        return UnknownOption(line, command, words)
            ?? TakenAsValue(line, command, words)
            ?? ValueOfAFlag(line, command, words)
            ?? GivenTwice(line, command)
            ?? (line.Errors.Count > 0 ? $"{Describe(line)}{Hint(line)}" : null);
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
            : (IsAlone(command) ? $"There is no option {unknown}." : $"{unknown} is no option of this command.")
                + NearestWord.Question(unknown, known) + Hint(line);
    }

    // The parser also takes an option that it knows for the value of the one before it.
    private static string? TakenAsValue(ParseResult line, Command command, IReadOnlyList<string> words) => command.Options
        .Where(option => line.GetResult(option)?.Tokens is { } values
            && values.Any(value => value.Value.StartsWith("--", StringComparison.Ordinal) && words.Contains(value.Value)))
        .Select(option => $"{option.Name} needs a value.{Hint(line)}")
        .FirstOrDefault();

    private static string? ValueOfAFlag(ParseResult line, Command command, IReadOnlyList<string> words) => command.Options
        .Where(option => option.Arity.MaximumNumberOfValues == 0 && line.GetResult(option) is not null
            && words.TakeWhile(word => word != "--").Any(word => word != option.Name && NameOf(word) == option.Name))
        .Select(option => $"{option.Name} takes no value.{Hint(line)}")
        .FirstOrDefault();

    private static string? GivenTwice(ParseResult line, Command command) => command.Options
        .Where(option => option.Arity.MaximumNumberOfValues <= 1 && line.GetResult(option) is { IdentifierTokenCount: > 1 })
        .Select(option => $"{option.Name} is given twice.")
        .FirstOrDefault();

    private static string Describe(ParseResult line)
    {
        if (line.UnmatchedTokens is [string word, ..])
        {
            return IsAlone(line.CommandResult.Command)
                ? $"'{word}' is not an option; options begin with --."
                : $"'{word}' is one word too many.";
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

    // After a space. A program without commands says itself where its help is.
    private static string Hint(ParseResult line)
    {
        Command root = line.RootCommandResult.Command;
        Command command = line.CommandResult.Command;
        return IsAlone(command) ? ""
            : command == root ? $" '{((RootCommand)root).HelpName} --help' lists the commands."
            : $" '{((RootCommand)root).HelpName} {command.Name} --help' describes the command.";
    }

    private static bool IsAlone(Command command) => command is RootCommand { Subcommands.Count: 0 };

    // An option's value may follow in the same word.
    private static string NameOf(string word) => word.IndexOfAny(['=', ':']) is int end and >= 0 ? word[..end] : word;
}
