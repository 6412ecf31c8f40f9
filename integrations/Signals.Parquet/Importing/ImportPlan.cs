using ParquetSharp;
using Signals.Parquet.Layout;
using Signals.Parquet.Reading;

namespace Signals.Parquet.Importing;

/// <summary>What an import reads, and how it is divided among workers. Every file was opened and its columns checked. Immutable.</summary>
/// <param name="Units">The row groups, in the order of files.</param>
/// <param name="Files">The number of files.</param>
/// <param name="Rows">The rows of all row groups.</param>
internal sealed record ImportPlan(IReadOnlyList<ImportUnit> Units, int Files, long Rows)
{
    /// <summary>Opens all files and checks them against an event type.</summary>
    /// <exception cref="ParquetFileException">A file is damaged.</exception>
    /// <exception cref="ParquetMismatchException">A file does not fit the event type.</exception>
    /// <exception cref="FileOperationException">A folder is an export of ours that is not complete.</exception>
    public static ImportPlan Make(EventTypeSchema type, ParquetImportOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<SourcePath> paths = SourcePath.List(options.Path, type);
        List<ImportUnit> units = [];
        foreach (SourcePath path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using SourceFile file = SourceFile.Open(path.File);
            RequireMarker(file, options.Path);
            FileMapping mapping = new(file, path, type, options);
            for (int group = 0; group < file.RowGroups; group++)
            {
                using RowGroupReader reader = file.OpenGroup(group);
                long rows = reader.MetaData.NumRows;
                if (rows < 0)
                {
                    throw new ParquetFileException(path.File, $"row group {group} has {rows} rows: it is damaged.");
                }

                if (group == 0)
                {
                    mapping.Open(reader, group, batchRows: 1).Dispose();
                }

                units.Add(new ImportUnit(path, group, rows, file.Stamp, file.Description?.Kind == LakeFileKind.Events));
            }
        }

        return new ImportPlan(units, paths.Count, units.Sum(unit => unit.Rows));
    }

    // A file that is named alone is taken as it is; so is one of ours that lies in no folder of an event type.
    private static void RequireMarker(SourceFile file, string path)
    {
        if (file.Description is null || !Directory.Exists(path))
        {
            return;
        }

        for (string? folder = Path.GetDirectoryName(file.Path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (!Path.GetFileName(folder).StartsWith(LakeFormat.TypePartition, StringComparison.Ordinal))
            {
                continue;
            }

            string marker = Path.Combine(folder, LakeFormat.SuccessFile);
            if (!File.Exists(marker))
            {
                throw new FileOperationException(
                    "import", folder, $"it has no '{LakeFormat.SuccessFile}', so an export is at work or was cut off; export it again");
            }

            return;
        }
    }

    /// <summary>
    /// Divides the row groups into runs of neighbours with about the same rows, so that a worker meets users in the order of the files.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<ImportUnit>> Divide(int workers)
    {
        List<List<ImportUnit>> parts = [[]];
        long before = 0;
        foreach (ImportUnit unit in Units)
        {
            if (parts[^1].Count > 0 && parts.Count < workers && before + unit.Rows / 2 >= Rows * (double)parts.Count / workers)
            {
                parts.Add([]);
            }

            parts[^1].Add(unit);
            before += unit.Rows;
        }

        return parts;
    }
}
