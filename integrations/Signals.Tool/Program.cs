using Signals.Tool;
using Spectre.Console;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, press) =>
{
    // The command must end normally, so that the store is closed and its lock is released. A second press ends the process at once, for
    // a command that waits where nothing can stop it, such as for input.
    press.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
StandardOutput.UseForText();
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = 160;
}

IAnsiConsole progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
return (int)await new ToolApplication(AnsiConsole.Console, StandardOutput.Open, Console.Error, progress, Console.In)
    .RunAsync(args, stop.Token);
