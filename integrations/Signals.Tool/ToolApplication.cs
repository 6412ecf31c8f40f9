using Signals.Tool.Commands;
using Spectre.Console;

namespace Signals.Tool;

/// <summary>Finds the command, runs it, and turns expected errors into a message and an exit code. One run at a time.</summary>
internal sealed class ToolApplication(
    IAnsiConsole console, Func<Stream> openOutput, TextWriter messages, IAnsiConsole progress, TextReader? answers = null)
{
    private static readonly ICommand[] Commands =
    [
        new StatsCommand(), new InspectCommand(), new GetCommand(), new VerifyCommand(), new CompactCommand(), new CheckpointCommand(),
        new RestoreCommand(), new ImportCommand(), new ExportCommand(), new TrainingCommand(), new ProfileCommand(),
        new EraseCommand(), new ResetCommand(),
        new SalvageCommand(), new BenchCommand(),
    ];

    public async Task<ExitCode> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        try
        {
            if (arguments.Count == 0 || arguments[0] is "help" or "--help" or "-h")
            {
                PrintHelp();
                return ExitCode.Ok;
            }

            ICommand command = Commands.FirstOrDefault(c => c.Name == arguments[0])
                ?? throw new UsageException($"'{arguments[0]}' is no command; 'signals help' lists them.");
            ToolContext context = new(console, openOutput, messages, progress, answers);
            return await command.RunAsync(new CommandLine(arguments.Skip(1)), context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (CodeOf(error) is ExitCode code)
        {
            await messages.WriteLineAsync(error is OperationCanceledException ? "stopped" : error.Message).ConfigureAwait(false);
            return code;
        }
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

    private void PrintHelp()
    {
        console.WriteLine("signals COMMAND FOLDER ...");
        console.WriteLine();
        foreach (ICommand command in Commands)
        {
            console.WriteLine($"  signals {command.Usage}");
            console.WriteLine($"      {command.Description}");
        }
    }
}
