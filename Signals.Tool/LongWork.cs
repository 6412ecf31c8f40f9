using Spectre.Console;

namespace Signals.Tool;

/// <summary>Shows on a terminal that work goes on: a spinner with what is done so far. Elsewhere nothing, so that scripts see results alone.</summary>
internal static class LongWork
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    public static async Task ShowAsync(ToolContext context, string what, Task work, Func<string> progress)
    {
        if (!context.Console.Profile.Capabilities.Interactive)
        {
            await work.ConfigureAwait(false);
            return;
        }

        await context.Console.Status().StartAsync(what, async status =>
        {
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, Task.Delay(Period, TimeProvider.System)).ConfigureAwait(false);
                status.Status = $"{what}: {Markup.Escape(progress())}";
            }
        }).ConfigureAwait(false);
        await work.ConfigureAwait(false);
    }
}
