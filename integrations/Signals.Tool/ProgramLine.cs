using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Signals.Tool;

/// <summary>
/// Reads the command line of a program by the rules that all programs of this repository have in common: help, version, long names of
/// options, errors in our words. Pure.
/// </summary>
internal static class ProgramLine
{
    // A word that begins with @ is a user's name, not a file with more words. Letters behind one hyphen are no options.
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>The root to which a program adds its commands or options. It has help and version.</summary>
    /// <param name="name">The program, as help and errors call it.</param>
    /// <param name="description">What it does.</param>
    /// <param name="width">How long lines of help may be.</param>
    public static RootCommand CreateRoot(string name, string description, int width = 140)
    {
        RootCommand root = new(description) { HelpName = name };
        root.Options.Clear();
        root.Add(new HelpOption("--help", "-h", "-?")
        {
            Action = new HelpAction { MaxWidth = width },
            Description = "Describe the program, or a command.",
        });
        root.Add(new VersionOption { Action = new PrintVersion(), Description = "Print the version." });
        return root;
    }

    /// <summary>Reads a line.</summary>
    /// <param name="root">What there is.</param>
    /// <param name="words">The line.</param>
    /// <param name="error">What is wrong with it; null when nothing is.</param>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> words, out string? error)
    {
        ParseResult line = root.Parse(words, Parsing);
        error = IsForACommand(line, words) ? LineErrors.Find(line, words) : null;
        return line;
    }

    /// <summary>How a line is carried out: exceptions and keys are the program's business.</summary>
    public static InvocationConfiguration Into(TextWriter output, TextWriter errors) => new()
    {
        Output = output,
        Error = errors,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    // Help and completion look at unfinished lines.
    private static bool IsForACommand(ParseResult line, IReadOnlyList<string> words) =>
        !(words.Count > 0 && words[0].StartsWith('['))
        && (line.Errors.Count > 0 || line.Action == line.CommandResult.Command.Action
            || line is { UnmatchedTokens.Count: > 0, CommandResult.Command: RootCommand });

    /// <summary>Prints the version, without the commit that the program was built from.</summary>
    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            string version = typeof(PrintVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion;
            parseResult.InvocationConfiguration.Output.WriteLine(version.Split('+')[0]);
            return 0;
        }
    }
}
