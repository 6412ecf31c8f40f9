using Signals.Tool;
using Spectre.Console;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, press) =>
{
    // Let the command end in order: a store is closed and its lock given back.
    press.Cancel = true;
    stop.Cancel();
};
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = 160;
}

IAnsiConsole progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
return (int)await new ToolApplication(AnsiConsole.Console, Console.OpenStandardOutput, Console.Error, progress, Console.In).RunAsync(args, stop.Token);
