using System.CommandLine;
using Signals.Tool.Commands;
using Spectre.Console;

namespace Signals.Tool;

/// <summary>Parses the line, runs the command, and turns expected errors into a message and an exit code. One run at a time.</summary>
internal sealed class ToolApplication(
    IAnsiConsole console, Func<Stream> openOutput, TextWriter messages, IAnsiConsole progress, TextReader? answers = null)
{
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
            ParseResult line = ProgramLine.Parse(CreateRoot(), words, out string? error);
            return error is null
                ? (ExitCode)await line.InvokeAsync(ProgramLine.Into(console.Profile.Out.Writer, messages), cancellationToken)
                    .ConfigureAwait(false)
                : throw new UsageException(error);
        }
        catch (Exception failure) when (CodeOf(failure) is ExitCode code)
        {
            await messages.WriteLineAsync(failure is OperationCanceledException ? "stopped" : failure.Message).ConfigureAwait(false);
            return code;
        }
    }

    private RootCommand CreateRoot()
    {
        ToolContext context = new(console, openOutput, messages, progress, answers);
        RootCommand root = ProgramLine.CreateRoot(
            "signals", "Looks into a store of Signals, checks, compacts, copies, exports, erases and mends it.", console.Profile.Width);
        foreach (ToolCommand command in Commands())
        {
            command.SetAction(async (line, stop) => (int)await command.RunAsync(line, context, stop).ConfigureAwait(false));
            root.Add(command);
        }

        return root;
    }

    private static ExitCode? CodeOf(Exception error) => error switch
    {
        UsageException => ExitCode.Usage,
        DirectoryNotFoundException or FileNotFoundException => ExitCode.NotFound,
        StoreLockedException => ExitCode.Locked,
        CorruptionException => ExitCode.Damaged,
        SignalsException or IOException or UnauthorizedAccessException or OperationCanceledException => ExitCode.Failed,
        _ => null,
    };
}
