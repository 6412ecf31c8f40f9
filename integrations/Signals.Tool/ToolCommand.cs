using System.CommandLine;

namespace Signals.Tool;

/// <summary>
/// One command of the tool: what its line may say, and its work. It reports expected errors by throwing.
/// </summary>
/// <remarks>
/// Invariants: its symbols are added in its constructor and never change. Lifetime: one command line.
/// </remarks>
internal abstract class ToolCommand(string name, string description) : Command(name, description)
{
    /// <summary>Does the work. The line has no errors.</summary>
    public abstract Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken);
}
