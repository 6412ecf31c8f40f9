using Signals.Parquet;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Lake;

/// <summary>Reads Parquet of any producer into a store that no process has open.</summary>
internal static class LakeImport
{
    /// <summary>Imports and says what was taken.</summary>
    /// <returns>Whether rows were refused.</returns>
    public static async Task<ExitCode> RunAsync(
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
                () => WorkProgress.Create(Count.Rows(last.Rows), last.Rows, last.MostRows)).ConfigureAwait(false);
            ParquetImportResult result = await work.ConfigureAwait(false);
            Print(context, json, options, result);
            foreach (ParquetReject reject in result.Rejects)
            {
                await context.Messages.WriteLineAsync(reject.ToString()).ConfigureAwait(false);
            }

            return result.RejectedRows == 0 ? ExitCode.Ok : ExitCode.ProblemsFound;
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

    private static void Print(ToolContext context, bool json, ParquetImportOptions options, ParquetImportResult result)
    {
        if (!json)
        {
            context.WriteRaw(
                $"{Count.Rows(result.Rows)} of {Count.Files(result.Files)}, {Count.Number(result.RejectedRows)} refused; "
                + $"{Count.Events(result.Segments.Sum(segment => segment.Events))} and "
                + $"{Count.Patches(result.Segments.Sum(segment => segment.Patches))} of '{options.EventType}', "
                + $"generation {options.Segment.Generation}");
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
