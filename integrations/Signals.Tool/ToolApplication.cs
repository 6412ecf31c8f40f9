using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Signals.Tool.Commands;
using Spectre.Console;

namespace Signals.Tool;

/// <summary>Parses the line, runs the command, and turns expected errors into a message and an exit code. One run at a time.</summary>
internal sealed class ToolApplication(
    IAnsiConsole console, Func<Stream> openOutput, TextWriter messages, IAnsiConsole progress, TextReader? answers = null)
{
    // A word that begins with @ is a user's name, not a file with more words. Letters behind one hyphen are no options.
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>All commands, in the order of help.</summary>
    public static IReadOnlyList<ToolCommand> Commands() =>
    [
        new StatsCommand(), new SchemaCommand(), new UsersCommand(), new InspectCommand(), new GetCommand(), new TailCommand(),
        new ExportCommand(), new IngestCommand(), new TrainingCommand(), new ProfileCommand(), new VerifyCommand(), new CompactCommand(),
        new ImportCommand(), new EraseCommand(), new ResetCommand(), new CheckpointCommand(),
        new RestoreCommand(), new SalvageCommand(), new BenchCommand(), new CompletionCommand(),
    ];

    public async Task<ExitCode> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        try
        {
            IReadOnlyList<string> words = arguments switch
            {
                [] => ["--help"],
                ["help", ..] => [.. arguments.Skip(1), "--help"],
                _ => arguments,
            };
            ParseResult line = CreateRoot().Parse(words, Parsing);
            if (IsForACommand(line, words) && LineErrors.Find(line, words) is { } error)
            {
                throw new UsageException(error);
            }

            InvocationConfiguration surroundings = new()
            {
                Output = console.Profile.Out.Writer,
                Error = messages,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return (ExitCode)await line.InvokeAsync(surroundings, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (CodeOf(error) is ExitCode code)
        {
            await messages.WriteLineAsync(error is OperationCanceledException ? "stopped" : error.Message).ConfigureAwait(false);
            return code;
        }
    }

    private RootCommand CreateRoot()
    {
        ToolContext context = new(console, openOutput, messages, progress, answers);
        RootCommand root = new("Looks into a store of Signals, checks, compacts, copies, exports, erases and mends it.")
        {
            HelpName = "signals",
        };
        root.Options.Clear();
        root.Add(new HelpOption("--help", "-h", "-?")
        {
            Action = new HelpAction { MaxWidth = console.Profile.Width },
            Description = "Describe the tool, or a command.",
        });
        root.Add(new VersionOption { Action = new PrintVersion(), Description = "Print the version." });
        foreach (ToolCommand command in Commands())
        {
            command.SetAction(async (line, stop) => (int)await command.RunAsync(line, context, stop).ConfigureAwait(false));
            root.Add(command);
        }

        return root;
    }

    // Help and completion look at unfinished lines.
    private static bool IsForACommand(ParseResult line, IReadOnlyList<string> words) =>
        !words[0].StartsWith('[')
        && (line.Errors.Count > 0 || line.Action == line.CommandResult.Command.Action
            || line is { UnmatchedTokens.Count: > 0, CommandResult.Command: RootCommand });

    private static ExitCode? CodeOf(Exception error) => error switch
    {
        UsageException => ExitCode.Usage,
        DirectoryNotFoundException or FileNotFoundException => ExitCode.NotFound,
        StoreLockedException => ExitCode.Locked,
        CorruptionException => ExitCode.Damaged,
        SignalsException or IOException or UnauthorizedAccessException or OperationCanceledException => ExitCode.Failed,
        _ => null,
    };

    /// <summary>Prints the version of the tool, without the commit that it was built from.</summary>
    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            string version = typeof(ToolApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion;
            parseResult.InvocationConfiguration.Output.WriteLine(version.Split('+')[0]);
            return (int)ExitCode.Ok;
        }
    }
}
