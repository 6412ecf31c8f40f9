using System.CommandLine;
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
internal sealed class ImportCommand : ToolCommand
{
    private const string SegmentFormat = "segment";
    private static readonly string[] Formats = [SegmentFormat, LakeExport.Format, ArrowOutput.FileFormat];

    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Argument<string> _path =
        Syntax.Word("SEGMENT", "The segment; or a Parquet or Arrow file, or a folder with such files.");

    private readonly Option<string> _format = Syntax.OneOf("--format", "What to import", Formats);
    private readonly Option<bool> _move = Syntax.Flag("--move", "Move the segment into the store, instead of copying it.");
    private readonly LakeImportSyntax _lake = new();
    private readonly Option<bool> _json = Syntax.Json();

    public ImportCommand()
        : base("import", "Check a segment in full and take it in, in one step; or take Parquet or Arrow in.")
    {
        Add(_folder);
        Add(_path);
        Add(_format);
        Add(_move);
        _lake.Options.ForEach(Add);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        string segment = line.GetRequiredValue(_path);
        bool move = line.GetValue(_move);
        bool json = line.GetValue(_json);
        string format = line.GetRequiredValue(_format);
        ParquetImportOptions? parquet = format == LakeExport.Format ? _lake.ReadParquet(line, segment) : null;
        ArrowImportOptions? arrow = format == ArrowOutput.FileFormat ? _lake.ReadArrow(line, segment) : null;
        if (format == SegmentFormat)
        {
            line.Refuse(_lake.Options, "goes with --format parquet or arrow.");
        }
        else
        {
            line.Refuse([_move], "goes with --format segment.");
            _lake.RequireFits(line, SignalStore.ReadSchema(folder));
        }

        if (arrow is not null)
        {
            await ArrowInput.RunAsync(folder, arrow, json, context, cancellationToken).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        if (parquet is not null)
        {
            return await LakeImport.RunAsync(folder, parquet, json, context, cancellationToken).ConfigureAwait(false);
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
                    $"{last.Stage}, {Count.Number(last.BytesDone)} of {Count.Bytes(last.BytesTotal)}", last.BytesDone, last.BytesTotal))
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
                : $"{Count.Events(result.Events)} and {Count.Patches(result.Patches)} of '{result.EventType}', "
                    + $"generation {result.Generation}, {Count.Bytes(result.FileBytes)}");
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
