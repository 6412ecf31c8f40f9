using System.Globalization;
using Signals.Arrow;
using Signals.Offline;
using Signals.Parquet;
using Signals.Tool.Export;
using Signals.Tool.Lake;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Imports a segment file, Parquet or Arrow into a store that no process has open. A process that has the store open imports by itself.
/// </summary>
internal sealed class ImportCommand : ICommand
{
    public string Name => "import";

    public string Usage => "import FOLDER SEGMENT [--move] [--json] [--format parquet|arrow --type NAME]";

    public string Description =>
        "Check a segment in full and take it in, in one step; the same content again changes nothing. Or take Parquet or Arrow in.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        string segment = line.Word("SEGMENT");
        bool move = line.Flag("--move");
        bool json = line.Flag("--json");
        string format = line.Text("--format") ?? "segment";
        ParquetImportOptions? parquet = format == LakeExport.Format ? LakeImport.OptionsOf(line, segment) : null;
        ArrowImportOptions? arrow = format == ArrowOutput.FileFormat ? ArrowInput.OptionsOf(line, segment) : null;
        line.RequireAllUsed();
        if (arrow is not null)
        {
            await ArrowInput.RunAsync(folder, arrow, json, context, cancellationToken).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        if (parquet is not null)
        {
            await LakeImport.RunAsync(folder, parquet, json, context, cancellationToken).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        if (format != "segment")
        {
            throw new UsageException($"'{format}' is no format; there are segment, parquet and arrow.");
        }

        if (!File.Exists(segment))
        {
            throw new FileNotFoundException($"There is no file '{segment}'.");
        }

        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            ImportProgress last = default;
            ImportOptions options = new() { Move = move, Progress = new ImmediateProgress<ImportProgress>(progress => last = progress) };
            Task<ImportResult> work = store.ImportAsync(segment, options, cancellationToken);
            await LongWork.ShowAsync(
                context,
                "importing",
                work,
                () => WorkProgress.Create(
                    $"{last.Stage}, {last.BytesDone} of {last.BytesTotal} bytes", last.BytesDone, last.BytesTotal))
                .ConfigureAwait(false);
            Print(context, json, await work.ConfigureAwait(false));
        }

        return ExitCode.Ok;
    }

    private static void Print(ToolContext context, bool json, ImportResult result)
    {
        if (!json)
        {
            context.WriteRaw(result.AlreadyImported
                ? $"the store has this segment of '{result.EventType}' already; nothing was changed"
                : string.Create(CultureInfo.InvariantCulture,
                    $"{result.Events:N0} events and {result.Patches:N0} patches of '{result.EventType}', " +
                    $"generation {result.Generation}, {result.FileBytes:N0} bytes"));
            return;
        }

        context.WriteRaw(JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("already_imported", result.AlreadyImported);
            writer.WriteString("content_id", result.ContentId);
            writer.WriteString("type", result.EventType);
            writer.WriteString("source", result.Source);
            writer.WriteNumber("generation", result.Generation);
            writer.WriteNumber("events", result.Events);
            writer.WriteNumber("patches", result.Patches);
            writer.WriteNumber("bytes", result.FileBytes);
            writer.WriteEndObject();
        }));
    }
}
