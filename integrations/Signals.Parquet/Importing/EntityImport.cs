using ParquetSharp;
using Signals.Enrichment;
using Signals.Parquet.Layout;
using Signals.Parquet.Reading;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>Reads files into an entity table, one after the other. Thread contract: one thread. Lifetime: one run.</summary>
internal sealed class EntityImport(EntitySchema schema, ParquetEntityOptions options, CancellationToken cancellationToken)
{
    private const int KeyBytes = 16;
    private const int MostBatchRows = 2048;
    private const long BatchBytes = 16 << 20;

    private readonly LakeColumn[] _columns = LakeColumn.Of(schema.Columns);

    /// <summary>Writes the table.</summary>
    public ParquetImportResult Run(string path)
    {
        IReadOnlyList<SourcePath> sources = SourcePath.List(options.Path, null);
        if (sources.Count == 0)
        {
            throw new FileNotFoundException(
                $"There is no file that ends with '{LakeFormat.Extension}' below '{options.Path}'.", options.Path);
        }

        List<SourceStamp> stamps = [];
        foreach (SourcePath source in sources)
        {
            using SourceFile file = SourceFile.Open(source.File);
            RequireEntities(file);
            stamps.Add(file.Stamp);
        }

        RejectTally tally = new(options.MostRejects, stamps.Sum(stamp => stamp.Rows), options.Progress);
        using EntityTableWriter writer = EntityTableWriter.Create(path, schema, options.Table);
        foreach ((SourcePath source, SourceStamp stamp) in sources.Zip(stamps))
        {
            using SourceFile file = SourceFile.OpenAgain(source.File, stamp);
            for (int group = 0; group < file.RowGroups; group++)
            {
                ReadGroup(file, source, group, writer, tally);
            }
        }

        writer.Finish();
        return new ParquetImportResult
        {
            Segments = [],
            Files = sources.Count,
            Rows = tally.Rows,
            EmptyRows = 0,
            RejectedRows = tally.Rejected,
            Rejects = tally.Kept,
        };
    }

    private void ReadGroup(SourceFile file, SourcePath path, int group, EntityTableWriter writer, RejectTally tally)
    {
        using RowGroupReader reader = file.OpenGroup(group);
        GroupPlace place = new(file.Path, group, reader);
        int batchRows = (int)Math.Clamp(BatchBytes / (1 + _columns.Sum(column => (long)column.Type.Width)), 1, MostBatchRows);
        bool missingIsNull = file.Description is null && options.NullCells == ColumnState.Null;
        CellFactory factory = new(place, batchRows, missingIsNull);
        using DisposableList opened = new();
        ValueCursor<UserId> key = opened.Keep(OpenKey(file, new ColumnFactory(place, batchRows, takesZero: true)));
        List<(string Name, Cell Cell)> cells = [];
        foreach (LakeColumn column in _columns)
        {
            if (OpenCell(file, path, factory, column) is { } cell)
            {
                cells.Add((column.Name, opened.Keep(cell)));
            }
        }

        if (cells.Count == 0 && _columns.Length > 0)
        {
            throw new ParquetMismatchException(
                file.Path,
                "*",
                string.Join(", ", file.Leaves.Select(leaf => leaf.Path)),
                $"at least one column of '{schema.Name}' ({string.Join(", ", _columns.Select(column => column.Name))}); "
                + $"say which is which with {nameof(options.Columns)}");
        }

        NullColumns? nulls = file.Description is not null && file.Find(LakeFormat.NullColumns) is { } leaf
            ? opened.Keep(new NullColumns(place, leaf, cells.Select(cell => LakeFormat.NameOf(cell.Name))))
            : null;
        Cell[] onlyCells = [.. cells.Select(cell => cell.Cell)];
        long rows = reader.MetaData.NumRows;
        for (long done = 0; done < rows;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(batchRows, rows - done);
            key.Read(count);
            Array.ForEach(onlyCells, cell => cell.Column.Read(count));
            nulls?.Read(count, onlyCells);
            for (int row = 0; row < count; row++)
            {
                if (Refusal(key, onlyCells, row) is { } reason)
                {
                    tally.Reject(new ParquetReject(file.Path, group, done + row, reason));
                    continue;
                }

                EntityRow target = writer.Add(new EntityKey(key.Values[row].High, key.Values[row].Low));
                foreach ((string name, Cell cell) in cells)
                {
                    cell.Set(target, name, row);
                }
            }

            tally.CountRows(count, 0);
            done += count;
        }
    }

    private static void RequireEntities(SourceFile file)
    {
        if (file.Description is { } found && found.Kind != LakeFileKind.Entities)
        {
            throw new ParquetMismatchException(file.Path, "*", $"{found.Kind} of '{found.Name}'", $"{LakeFileKind.Entities}");
        }
    }

    private static string? Refusal(ColumnCursor key, Cell[] cells, int row) => key.Marks[row] switch
    {
        RowMark.Bad => key.ReasonOf(row),
        RowMark.Value => Array.Find(cells, cell => cell.Column.Marks[row] == RowMark.Bad)?.Column.ReasonOf(row),
        _ => $"column '{key.Source}' is null.",
    };

    private Cell? OpenCell(SourceFile file, SourcePath path, CellFactory factory, LakeColumn column)
    {
        bool isNamed = options.Columns.TryGetValue(column.Name, out string? source);
        source ??= file.HasOurLayout ? LakeFormat.NameOf(column.Name) : column.Name;
        if (file.Find(source) is { } leaf)
        {
            return factory.Create(column, null, leaf);
        }

        if (path.Partitions.TryGetValue(source, out string? text))
        {
            return factory.Create(column, null, text);
        }

        return !isNamed ? null : throw new ParquetMismatchException(
            file.Path, source, "not there", $"a source of '{column.Name}'; name another column with {nameof(options.Columns)}");
    }

    private ValueCursor<UserId> OpenKey(SourceFile file, ColumnFactory columns)
    {
        Leaf? bits = options.KeyColumn is null ? file.Find(LakeFormat.KeyId) : null;
        string name = options.KeyColumn ?? (bits is { Length: KeyBytes } ? LakeFormat.KeyId : LakeFormat.Key);
        Leaf leaf = file.Find(name) ?? throw new ParquetMismatchException(
            file.Path, name, "not there", $"the key of an entity; name its column with {nameof(options.KeyColumn)}");
        ParquetUserKind kind = options.KeyKind != ParquetUserKind.Automatic ? options.KeyKind : leaf.Kind switch
        {
            LeafKind.Signed or LeafKind.Unsigned or LeafKind.Decimal => ParquetUserKind.Number,
            LeafKind.Text when file.HasOurLayout && leaf.Path == LakeFormat.Key => ParquetUserKind.CanonicalText,
            LeafKind.Uuid => ParquetUserKind.Bits,
            LeafKind.Bytes when leaf.Length == KeyBytes => ParquetUserKind.Bits,
            _ => ParquetUserKind.Automatic,
        };
        return columns.User(leaf, kind) ?? throw new ParquetMismatchException(
            file.Path,
            leaf.Path,
            leaf.Text,
            $"the key of an entity; say with {nameof(options.KeyKind)} what the column holds, such as {ParquetUserKind.Name}");
    }
}
