using System.Globalization;
using Signals.Storage;
using Signals.Storage.Maintenance;

namespace Signals.Tool.Commands;

/// <summary>Makes a new store of what can still be read of a damaged one, and says what could not.</summary>
internal sealed class SalvageCommand : ICommand
{
    public string Name => "salvage";

    public string Usage => "salvage DAMAGED NEW";

    public string Description => "Write what can still be read of a damaged store into a new folder and list what is lost; exit code 1 when something is.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string damaged = line.Word("DAMAGED");
        string target = line.Word("NEW");
        line.RequireAllUsed();
        if (!Directory.Exists(damaged))
        {
            throw new DirectoryNotFoundException($"'{damaged}' is no folder.");
        }

        Task<SalvageReport> work = Task.Run(() => SignalStore.Salvage(damaged, target, schema: null, cancellationToken), cancellationToken);
        await LongWork.ShowAsync(context, "salvaging", work, static () => "reading").ConfigureAwait(false);
        SalvageReport report = await work.ConfigureAwait(false);
        foreach (SalvageLoss loss in report.Losses)
        {
            context.WriteRaw($"lost: {loss}");
        }

        context.WriteRaw(string.Create(CultureInfo.InvariantCulture,
            $"{report.Directory}: {report.Rows:N0} rows of {report.Tables:N0} tables, {report.LogFrames:N0} log frames, {report.Losses.Count:N0} losses"));
        return report.Losses.Count == 0 ? ExitCode.Ok : ExitCode.ProblemsFound;
    }
}
