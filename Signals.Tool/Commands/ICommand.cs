namespace Signals.Tool.Commands;

/// <summary>One command of the tool. Stateless; expected errors are thrown.</summary>
internal interface ICommand
{
    string Name { get; }

    /// <summary>Name, words and options in one line.</summary>
    string Usage { get; }

    string Description { get; }

    Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken);
}
