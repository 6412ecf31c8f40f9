using Signals.Enrichment;
using Signals.Parquet.Importing;
using Signals.Parquet.Layout;
using Signals.Parquet.Reading;
using Signals.Parquet.Writing;
using Signals.Training.Making;

namespace Signals.Parquet;

/// <summary>Entity tables as Parquet, and Parquet of any producer as an entity table.</summary>
/// <remarks>
/// Thread contract: any thread. Memory: a row group when writing; when reading that of the table's writer, and a batch of rows.
/// </remarks>
public static class ParquetEntityTables
{
    private const int RowGroupRows = 122_880;
    private const long RowGroupBytes = 64L << 20;
    private const string NotOurs = "it is no entity table that Signals exported; move it away or choose another path";

    /// <summary>
    /// Writes an entity table as one Parquet file, in the order of keys: <c>key</c> as text, <c>key_id</c> as 16 bytes, and the columns.
    /// </summary>
    /// <param name="table">The path of the entity table.</param>
    /// <param name="path">The Parquet file. It appears complete and durable, or not at all.</param>
    /// <param name="overwrite">Whether an entity table that Signals exported there may be replaced; other files never are.</param>
    /// <param name="cancellationToken">Ends the work; no file is left.</param>
    /// <returns>The number of entities.</returns>
    /// <exception cref="FileOperationException">The file exists and may not be replaced.</exception>
    /// <exception cref="CorruptionException">The table is damaged.</exception>
    public static Task<long> ExportAsync(string table, string path, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Task.Run(() => Export(table, Path.GetFullPath(path), overwrite, cancellationToken), cancellationToken);
    }

    /// <summary>Reads Parquet files into a new entity table. Of entities with the same key the last one counts as a whole.</summary>
    /// <param name="path">The entity table to write. It appears complete, or not at all.</param>
    /// <param name="schema">The table's columns.</param>
    /// <param name="options">Which files, and how.</param>
    /// <param name="cancellationToken">Ends the work; no table is left.</param>
    /// <returns>How many rows were read and refused; the result names no segments.</returns>
    /// <exception cref="ParquetFileException">A file is damaged, or is no Parquet file.</exception>
    /// <exception cref="ParquetMismatchException">A file lacks a column, or the column holds something else.</exception>
    /// <exception cref="ParquetRejectedException">More rows were refused than the options allow.</exception>
    public static Task<ParquetImportResult> ImportAsync(
        string path, EntitySchema schema, ParquetEntityOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(schema);
        return Task.Run(() => new EntityImport(schema, options, cancellationToken).Run(path), cancellationToken);
    }

    private static long Export(string table, string path, bool overwrite, CancellationToken cancellationToken)
    {
        bool replaces = File.Exists(path);
        if (replaces)
        {
            RequireReplaceable(table, path, overwrite);
        }

        using EntityTableReader reader = EntityTableReader.Open(table);
        using TableShape shape = TableShape.OfEntities(reader.Schema.Name, reader.Schema.Columns, ParquetTextRule.Refuse, 1);
        using PartFile file = new(path, shape.File);
        using WriteScratch scratch = new();
        using RowBlock rows = new(shape.Types);
        while (reader.TryRead())
        {
            rows.Add(reader);
            if (rows.Count == RowGroupRows || rows.UsedBytes > RowGroupBytes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                shape.Write(file, rows, scratch);
                rows.Clear();
            }
        }

        if (rows.Count > 0)
        {
            shape.Write(file, rows, scratch);
        }

        file.Complete();
        file.Publish(replaces);
        DurableFiles.SyncFolder(Path.GetDirectoryName(path)!);
        return file.Rows;
    }

    private static void RequireReplaceable(string table, string path, bool overwrite)
    {
        if (Path.GetFullPath(table) == path)
        {
            throw new FileOperationException("create", path, "it is the table itself; choose another path");
        }

        if (!overwrite)
        {
            throw new FileOperationException("create", path, "the file exists already; choose another path, or allow overwriting");
        }

        try
        {
            using SourceFile old = SourceFile.Open(path);
            if (old.Description?.Kind == LakeFileKind.Entities)
            {
                return;
            }
        }
        catch (ParquetFileException error)
        {
            // A file that is no Parquet file is not one of ours.
            throw new FileOperationException("replace", path, $"{NotOurs} ({error.Message})", error);
        }

        throw new FileOperationException("replace", path, NotOurs);
    }
}
