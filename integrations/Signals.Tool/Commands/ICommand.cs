namespace Signals.Tool.Commands;

/// <summary>One command of the tool. Stateless. It reports expected errors by throwing.</summary>
internal interface ICommand
{
    string Name { get; }

    /// <summary>The command's name, words and options in one line.</summary>
    string Usage { get; }

    string Description { get; }

    Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken);
}
