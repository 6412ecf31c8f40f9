using System.Globalization;
using Signals.Parquet.Features;
using Signals.Parquet.Layout;
using Signals.Serving;
using Signals.Training.Making;

namespace Signals.Parquet;

/// <summary>Feature logs as Parquet: what was served, a row for each sequence and a list for each column.</summary>
/// <remarks>
/// Thread contract: any thread. Memory: for each definition of the log up to 64 MiB of sequences, or the largest sequence.
/// </remarks>
public static class ParquetFeatureLogs
{
    /// <summary>
    /// Writes a log as a folder <c>definition=NAME</c> for each definition, with a file for each set of columns that it had. Absent and
    /// null elements are both null.
    /// </summary>
    /// <param name="log">The path of the feature log.</param>
    /// <param name="folder">The folder; it must have no Parquet files yet.</param>
    /// <param name="cancellationToken">Ends the work; no file is left.</param>
    /// <exception cref="FileOperationException">The folder has files already.</exception>
    /// <exception cref="CorruptionException">The log is damaged.</exception>
    /// <exception cref="ParquetTextException">A text is not UTF-8.</exception>
    public static Task<ParquetExportResult> ExportAsync(string log, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(log);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Task.Run(() => Export(log, Path.GetFullPath(folder), cancellationToken), cancellationToken);
    }

    private static ParquetExportResult Export(string log, string folder, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*" + LakeFormat.Extension, SearchOption.AllDirectories).Any())
        {
            throw new FileOperationException("export to", folder, "it has files already; choose another folder");
        }

        List<FeatureFile> files = [];
        try
        {
            using FeatureLogReader reader = FeatureLogReader.Open(log);
            while (reader.TryRead(out LoggedSequence sequence))
            {
                cancellationToken.ThrowIfCancellationRequested();
                FeatureFile? target = null;
                foreach (FeatureFile each in files)
                {
                    target = each.Fits(sequence) ? each : target;
                }

                if (target is null)
                {
                    FeatureContent content = new(sequence.DefinitionName, sequence.ColumnNames, sequence.ColumnTypes);
                    string path = PathOf(folder, content, files.Count(file => file.Definition == content.Definition));
                    target = new FeatureFile(path, content, FeatureFile.RowGroupBytes, compressionLevel: 1);
                    files.Add(target);
                }

                target.Add(sequence);
            }

            files.ForEach(file => file.Complete());
            files.ForEach(file => file.File.Publish(overwrite: false));
            foreach (string each in files.Select(file => Path.GetDirectoryName(file.File.Path)!).Distinct().Append(folder))
            {
                // The folder is there only when the log has sequences.
                if (Directory.Exists(each))
                {
                    DurableFiles.SyncFolder(each);
                }
            }

            return new ParquetExportResult
            {
                Files = [.. files.Select(file => new ParquetExportedFile(file.File.Path, file.File.Rows, file.File.Bytes))
                    .OrderBy(file => file.Path, StringComparer.Ordinal)],
            };
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    // The number tells how many files the definition has already, with other columns.
    private static string PathOf(string folder, FeatureContent content, int number) => Path.Combine(
        folder,
        "definition=" + Uri.EscapeDataString(content.Definition),
        string.Create(CultureInfo.InvariantCulture, $"part-{number:D5}{LakeFormat.Extension}"));
}
