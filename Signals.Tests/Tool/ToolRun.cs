using Signals.Tool;
using Spectre.Console;

namespace Signals.Tests.Tool;

/// <summary>One run of the tool in this process: its exit code, its text, its raw output and its messages.</summary>
internal sealed record ToolRun(ExitCode Code, string Text, byte[] Output, string Messages)
{
    public static Task<ToolRun> OfAsync(params string[] arguments) => OfWidthAsync(200, arguments);

    /// <summary>A run on a terminal of this width.</summary>
    public static Task<ToolRun> OfWidthAsync(int width, params string[] arguments) => OfAsync(width, arguments, default);

    /// <summary>A run that can be stopped.</summary>
    public static Task<ToolRun> OfAsync(int width, string[] arguments, CancellationToken stop) =>
        OfAsync(width, arguments, new StringWriter(), null, stop);

    /// <summary>A run whose questions are answered, and that can be stopped.</summary>
    /// <param name="width">The width of the terminal.</param>
    /// <param name="arguments">The line.</param>
    /// <param name="messages">Receives the messages.</param>
    /// <param name="answers">Answers questions; null for nobody.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<ToolRun> OfAsync(
        int width, string[] arguments, StringWriter messages, TextReader? answers, CancellationToken stop)
    {
        using StringWriter text = new();
        using MemoryStream output = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        ExitCode code = await new ToolApplication(console, () => output, messages, console, answers).RunAsync(arguments, stop);
        return new ToolRun(code, text.ToString(), output.ToArray(), messages.ToString());
    }
}
