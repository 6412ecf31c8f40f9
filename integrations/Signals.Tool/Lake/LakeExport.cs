using Signals.Parquet;
using Signals.Tool.Stores;

namespace Signals.Tool.Lake;

/// <summary>Writes the events of a store as Parquet into a folder.</summary>
internal static class LakeExport
{
    /// <summary>The format's name.</summary>
    public const string Format = "parquet";

    /// <summary>Exports and says what was written.</summary>
    /// <returns>The number of events.</returns>
    public static async Task<long> RunAsync(
        string folder, string[] names, ParquetExportOptions chosen, ToolContext context, CancellationToken cancellationToken)
    {
        using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
        ParquetProgress last = default;
        ParquetExportOptions options = new()
        {
            Folder = chosen.Folder,
            Partition = chosen.Partition,
            Overwrite = chosen.Overwrite,
            EventTypes = [.. TypeChoice.Choose(store.Schema, names).Select(type => type.Name)],
            Progress = new ImmediateProgress<ParquetProgress>(progress => last = progress),
        };
        Task<ParquetExportResult> work = ParquetExporter.ExportReadOnlyAsync(store, options, cancellationToken);
        await LongWork.ShowAsync(
            context,
            "exporting",
            work,
            () => WorkProgress.Create(Count.Events(last.Rows), last.Rows, last.MostRows)).ConfigureAwait(false);
        long rows = (await work.ConfigureAwait(false)).Rows;
        LiveNote.Write(context, store);
        return rows;
    }
}
