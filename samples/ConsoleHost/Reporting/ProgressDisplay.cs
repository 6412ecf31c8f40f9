using System.Globalization;
using Signals.Samples.ConsoleHost.Ingest;
using Spectre.Console;

namespace Signals.Samples.ConsoleHost.Reporting;

/// <summary>
/// Shows how far an ingest is until its task ends: a bar on a terminal, a line every few seconds where the output is a file, a
/// pipe or a build log.
/// </summary>
internal sealed class ProgressDisplay(IAnsiConsole console, TimeProvider time)
{
    private static readonly TimeSpan BarPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(5);

    /// <summary>Shows <paramref name="progress"/> until <paramref name="work"/> has ended, and ends as it did.</summary>
    public async Task<T> ShowAsync<T>(Task<T> work, IngestProgress progress)
    {
        if (console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi)
        {
            await ShowBarAsync(work, progress).ConfigureAwait(false);
        }
        else
        {
            await PollAsync(work, LinePeriod, () => console.WriteLine(Line(progress))).ConfigureAwait(false);
        }
        return await work.ConfigureAwait(false);
    }

    /// <summary>The state in one line.</summary>
    internal static string Line(IngestProgress progress)
    {
        string share = progress.Share is { } known ? $", {known.ToString("P0", CultureInfo.InvariantCulture)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{progress.Events:N0} events, {progress.Rate:N0}/s{share}");
    }

    private Task ShowBarAsync(Task work, IngestProgress progress) => console.Progress()
        .AutoClear(true)
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask("reading");
            await PollAsync(work, BarPeriod, () =>
            {
                bar.IsIndeterminate = progress.Share is null;
                bar.Value = (progress.Share ?? 0) * bar.MaxValue;
                bar.Description = string.Create(CultureInfo.InvariantCulture, $"{progress.Events:N0} events, {progress.Rate:N0}/s");
            }).ConfigureAwait(false);
        });

    private async Task PollAsync(Task work, TimeSpan period, Action show)
    {
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(period, time)).ConfigureAwait(false);
            if (!work.IsCompleted)
            {
                show();
            }
        }
    }
}
