using System.Globalization;
using Signals.Offline;
using Signals.Parquet;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Lake;

/// <summary>Reads Parquet of any producer into a store that no process has open.</summary>
internal static class LakeImport
{
    /// <summary>Takes the options of the format from the command line.</summary>
    public static ParquetImportOptions OptionsOf(CommandLine line, string path) => new()
    {
        Path = path,
        EventType = line.Text("--type") ?? throw new UsageException("--type NAME, the event type, is missing."),
        Rows = line.Choice<ParquetRowMeaning>("--rows"),
        UserColumn = line.Text("--user"),
        UserKind = line.Choice<ParquetUserKind>("--user-kind"),
        TimeColumn = line.Text("--time") ?? "time",
        TimeUnit = line.Choice<ParquetTimeUnit>("--time-unit"),
        IdColumn = line.Text("--id") is not { } id ? "id" : id == "none" ? null : id,
        Columns = line.List("--columns").Select(Pair).ToDictionary(pair => pair.Column, pair => pair.Path, StringComparer.Ordinal),
        NullCells = line.Flag("--null-overwrites") ? ColumnState.Null : ColumnState.Absent,
        MostRejects = line.Number("--rejects", 0, 0),
        Segment = new SegmentOptions
        {
            Generation = line.Number("--generation", 1, 1),
            Source = line.Text("--source") ?? "parquet",
        },
    };

    /// <summary>Imports and says what was taken.</summary>
    public static async Task RunAsync(
        string folder, ParquetImportOptions chosen, bool json, ToolContext context, CancellationToken cancellationToken)
    {
        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            ParquetProgress last = default;
            ParquetImportOptions options = WithProgress(chosen, new ImmediateProgress<ParquetProgress>(progress => last = progress));
            Task<ParquetImportResult> work = ParquetImporter.ImportAsync(store, options, cancellationToken);
            await LongWork.ShowAsync(
                context,
                "importing",
                work,
                () => WorkProgress.Create(
                    string.Create(CultureInfo.InvariantCulture, $"{last.Rows:N0} rows"), last.Rows, last.MostRows)).ConfigureAwait(false);
            Print(context, json, options, await work.ConfigureAwait(false));
        }
    }

    private static ParquetImportOptions WithProgress(ParquetImportOptions chosen, IProgress<ParquetProgress> progress) => new()
    {
        Path = chosen.Path,
        EventType = chosen.EventType,
        Rows = chosen.Rows,
        UserColumn = chosen.UserColumn,
        UserKind = chosen.UserKind,
        TimeColumn = chosen.TimeColumn,
        TimeUnit = chosen.TimeUnit,
        IdColumn = chosen.IdColumn,
        Columns = chosen.Columns,
        NullCells = chosen.NullCells,
        MostRejects = chosen.MostRejects,
        Segment = chosen.Segment,
        Progress = progress,
    };

    private static (string Column, string Path) Pair(string text)
    {
        int sign = text.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 && sign < text.Length - 1
            ? (text[..sign], text[(sign + 1)..])
            : throw new UsageException($"--columns takes COLUMN=PATH,COLUMN=PATH; '{text}' is no such pair.");
    }

    private static void Print(ToolContext context, bool json, ParquetImportOptions options, ParquetImportResult result)
    {
        if (!json)
        {
            context.WriteRaw(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Rows:N0} rows of {result.Files:N0} files, {result.RejectedRows:N0} refused; "
                + $"{result.Segments.Sum(segment => segment.Events):N0} events and "
                + $"{result.Segments.Sum(segment => segment.Patches):N0} patches of '{options.EventType}', "
                + $"generation {options.Segment.Generation}"));
            foreach (ParquetReject reject in result.Rejects)
            {
                context.Messages.WriteLine(reject);
            }

            return;
        }

        context.WriteRaw(JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", options.EventType);
            writer.WriteString("source", options.Segment.Source);
            writer.WriteNumber("generation", options.Segment.Generation);
            writer.WriteNumber("files", result.Files);
            writer.WriteNumber("rows", result.Rows);
            writer.WriteNumber("rejected_rows", result.RejectedRows);
            writer.WriteNumber("events", result.Segments.Sum(segment => segment.Events));
            writer.WriteNumber("patches", result.Segments.Sum(segment => segment.Patches));
            writer.WriteNumber("bytes", result.Segments.Sum(segment => segment.FileBytes));
            writer.WriteEndObject();
        }));
    }
}
