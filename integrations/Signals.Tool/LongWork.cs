using Spectre.Console;

namespace Signals.Tool;

/// <summary>
/// Shows the progress of long work on a terminal: a bar when the total is known, a spinner otherwise. Both disappear at the end.
/// Without a terminal nothing is shown, so that scripts and files only see results.
/// </summary>
internal static class LongWork
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for <paramref name="work"/>. Its error is passed on to the caller.</summary>
    public static async Task ShowAsync(ToolContext context, string what, Task work, Func<WorkProgress> progress)
    {
        IAnsiConsole terminal = context.Progress;
        if (terminal.Profile.Out.IsTerminal && terminal.Profile.Capabilities.Ansi)
        {
            await terminal.Progress()
                .AutoClear(enabled: true)
                .Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn())
                .StartAsync(display => FollowAsync(display.AddTask(what, maxValue: 1), what, work, progress))
                .ConfigureAwait(false);
        }

        await work.ConfigureAwait(false);
    }

    private static async Task FollowAsync(ProgressTask bar, string what, Task work, Func<WorkProgress> progress)
    {
        do
        {
            WorkProgress now = progress();
            bar.IsIndeterminate = now.Fraction is null;
            bar.Value = now.Fraction ?? 0;
            bar.Description = Markup.Escape($"{what}: {now.Done}");
            await Task.WhenAny(work, Task.Delay(Period, TimeProvider.System)).ConfigureAwait(false);
        }
        while (!work.IsCompleted);
    }
}
