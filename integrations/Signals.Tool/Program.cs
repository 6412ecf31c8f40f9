using Signals.Tool;
using Spectre.Console;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, press) =>
{
    // The command must end normally, so that the store is closed and its lock is released.
    press.Cancel = true;
    stop.Cancel();
};
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = 160;
}

IAnsiConsole progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
return (int)await new ToolApplication(AnsiConsole.Console, Console.OpenStandardOutput, Console.Error, progress, Console.In)
    .RunAsync(args, stop.Token);
