using System.CommandLine;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Creates a new store from everything that can still be read of a damaged one, and lists what could not be read.
/// </summary>
internal sealed class SalvageCommand : ToolCommand
{
    private readonly Argument<string> _damaged = Syntax.Word("DAMAGED", "The folder of the damaged store. It is only read.");
    private readonly Argument<string> _target = Syntax.Word("NEW", "The new folder.");
    private readonly Option<string?> _schema =
        Syntax.Text("--schema", "FILE", "The schema, as 'schema --json' prints it, for a store whose manifest is lost.");

    private readonly Option<bool> _json = Syntax.Json();

    public SalvageCommand()
        : base("salvage", "Write what can still be read of a damaged store into a new folder, and list what is lost.")
    {
        Add(_damaged);
        Add(_target);
        Add(_schema);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string damaged = line.GetRequiredValue(_damaged);
        string target = line.GetRequiredValue(_target);
        bool json = line.GetValue(_json);
        if (!Directory.Exists(damaged))
        {
            throw new DirectoryNotFoundException($"'{damaged}' is no folder.");
        }

        StoreCopy.RequireUnused(damaged);
        StoreSchema? schema = line.GetValue(_schema) is { } file ? SchemaJson.Read(file) : null;
        Task<SalvageReport> work = Task.Run(
            () => SignalStore.Salvage(damaged, target, schema, cancellationToken), cancellationToken);
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

        context.WriteRaw(
            $"{report.Directory}: {Count.Rows(report.Rows)} of {Count.Of(report.Tables, "table")}, "
            + $"{Count.Of(report.LogEntries, "log frame")}, {Count.Of(report.Losses.Count, "loss", "losses")}");
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
