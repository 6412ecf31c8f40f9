using System.Globalization;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Creates a new store from everything that can still be read of a damaged one, and lists what could not be read.
/// </summary>
internal sealed class SalvageCommand : ICommand
{
    public string Name => "salvage";

    public string Usage => "salvage DAMAGED NEW [--json]";

    public string Description =>
        "Write what can still be read of a damaged store into a new folder and list what is lost; exit code 1 when something is.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string damaged = line.Word("DAMAGED");
        string target = line.Word("NEW");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
        if (!Directory.Exists(damaged))
        {
            throw new DirectoryNotFoundException($"'{damaged}' is no folder.");
        }

        StoreCopy.RequireUnused(damaged);
        Task<SalvageReport> work = Task.Run(
            () => SignalStore.Salvage(damaged, target, schema: null, cancellationToken), cancellationToken);
        await LongWork.ShowAsync(context, "salvaging", work, static () => new WorkProgress("reading")).ConfigureAwait(false);
        SalvageReport report = await work.ConfigureAwait(false);
        if (json)
        {
            context.WriteObject(writer => WriteJson(writer, report));
        }
        else
        {
            Print(context, report);
        }

        return report.Losses.Count == 0 ? ExitCode.Ok : ExitCode.ProblemsFound;
    }

    private static void Print(ToolContext context, SalvageReport report)
    {
        foreach (SalvageLoss loss in report.Losses)
        {
            context.WriteRaw($"lost: {loss}");
        }

        context.WriteRaw(string.Create(CultureInfo.InvariantCulture,
            $"{report.Directory}: {report.Rows:N0} rows of {report.Tables:N0} tables, " +
            $"{report.LogEntries:N0} log frames, {report.Losses.Count:N0} losses"));
    }

    private static void WriteJson(Utf8JsonWriter json, SalvageReport report)
    {
        json.WriteString("folder", report.Directory);
        json.WriteNumber("rows", report.Rows);
        json.WriteNumber("tables", report.Tables);
        json.WriteNumber("log_frames", report.LogEntries);
        json.WriteStartArray("losses");
        foreach (SalvageLoss loss in report.Losses)
        {
            json.WriteStartObject();
            json.WriteString("file", Path.GetFileName(loss.File));
            json.WriteNumber("offset", loss.Offset);
            json.WriteNumber("length", loss.Length);
            json.WriteNumber("rows", loss.Rows);
            json.WriteString("message", loss.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
