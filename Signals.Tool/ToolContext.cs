using Spectre.Console;

namespace Signals.Tool;

/// <summary>What a command writes to. One command at a time.</summary>
/// <param name="Console">Text for people, or JSON.</param>
/// <param name="OpenOutput">Opens the raw standard output, for exports.</param>
/// <param name="Messages">Progress and notes: standard error, so that output stays clean.</param>
internal sealed record ToolContext(IAnsiConsole Console, Func<Stream> OpenOutput, TextWriter Messages)
{
    /// <summary>Prints a line as it is, however wide.</summary>
    public void WriteRaw(string line) => Console.Profile.Out.Writer.WriteLine(line);
}
