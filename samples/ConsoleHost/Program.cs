using Signals.Samples.ConsoleHost;
using Spectre.Console;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, press) =>
{
    // Let the run end in order: what was acknowledged is flushed and the folder's lock is given back.
    press.Cancel = true;
    stop.Cancel();
};
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = 160;
}
return (int)await new HostApplication(AnsiConsole.Console, Console.Error, TimeProvider.System).RunAsync(args, stop.Token);
