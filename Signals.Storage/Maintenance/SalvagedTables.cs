using Signals.Core.Columns;
using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Maintenance;

/// <summary>
/// Copies the tables of a damaged store: an intact table as it is, and from a damaged one the users whose rows can all be read.
/// Thread contract: one thread.
/// </summary>
internal sealed class SalvagedTables(StoreFolder from, StoreFolder to, StoreSchema schema, List<SalvageLoss> losses)
{
    private readonly BlockCache _noCache = new(0);

    /// <summary>The tables in the new folder.</summary>
    public List<TableMeta> Tables { get; } = [];

    public void Add(SalvagedManifest manifest, CancellationToken cancellationToken)
    {
        Dictionary<ulong, TableMeta?> candidates =
            manifest.State.Tables.ToDictionary(table => table.Key, table => (TableMeta?)table.Value);
        HashSet<string> there = [.. from.ListFiles()];
        HashSet<string> named = [.. manifest.State.DataFiles()];
        foreach (string name in there.Where(name => !manifest.IsWhole && !named.Contains(name)))
        {
            switch (StoreFiles.Classify(name, out ulong number))
            {
                case StoreFileKind.Table:
                    candidates.TryAdd(number, null);
                    break;
                case StoreFileKind.Segment:
                    losses.Add(new SalvageLoss(
                        from.PathOf(name), 0, LengthOf(from.PathOf(name)), 0,
                        "no readable edit of the manifest describes this segment; import it again."));
                    break;
            }
        }

        foreach ((ulong number, TableMeta? known) in candidates.OrderBy(candidate => candidate.Key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = known is null ? StoreFiles.Table(number) : StoreFiles.FileOf(known);
            string path = from.PathOf(name);
            if (there.Contains(name))
            {
                Salvage(path, number, known);
            }
            else
            {
                // A lost edit may have removed it.
                losses.Add(new SalvageLoss(path, 0, known!.FileLength, known.Rows, "the manifest names this table, but it is missing."));
            }
        }
    }

    private void Salvage(string path, ulong number, TableMeta? known)
    {
        TableMeta? meta = known;
        try
        {
            meta ??= ReadMeta(path, number);
            Open(path, meta, verify: true).Dispose();
            Copy(meta);
        }
        catch (Exception error) when (IsDamage(error))
        {
            if (meta is null || !TrySalvageOlderCells(path, meta, error))
            {
                SalvageRows(path, number, meta, error);
            }
        }
    }

    private Table Open(string path, TableMeta meta, bool verify) => Table.Open(
        from.Files, path, meta, TypeOf(path, meta), _noCache, verify, file => from.ColumnFile(file.Number));

    private void Copy(TableMeta meta)
    {
        foreach (string name in StoreFiles.FilesOf(meta))
        {
            string copy = to.PathOf(name);

            // Several parts of a segment share one file.
            if (!from.Files.FileExists(copy))
            {
                FileCopy.Copy(from.Files, from.PathOf(name), copy);
            }
        }

        Tables.Add(meta);
    }

    /// <summary>
    /// When a column file is damaged, copies the run without it and the newer column files: the run is then whole and shows older
    /// cells.
    /// </summary>
    private bool TrySalvageOlderCells(string path, TableMeta meta, Exception reason)
    {
        for (int kept = meta.ColumnFiles.Count - 1; kept >= 0; kept--)
        {
            TableMeta older = meta with { ColumnFiles = [.. meta.ColumnFiles.Take(kept)] };
            try
            {
                Open(path, older, verify: true).Dispose();
                Copy(older);
                foreach (ColumnFileMeta lost in meta.ColumnFiles.Skip(kept))
                {
                    string name = from.ColumnFile(lost.Number);
                    losses.Add(new SalvageLoss(
                        name, 0, LengthOf(name), 0,
                        $"newer cells of columns {string.Join(", ", lost.Columns)} are lost: {reason.Message}"));
                }

                return true;
            }
            catch (Exception error) when (IsDamage(error))
            {
                // Try with fewer column files; if none are left, the table itself is damaged.
            }
        }

        return false;
    }

    private void SalvageRows(string path, ulong number, TableMeta? meta, Exception reason)
    {
        long offset = (reason as CorruptionException)?.Offset ?? 0;
        try
        {
            if (meta is not null)
            {
                using Table table = Open(path, meta, verify: false);
                long kept = CopyUsers(table, number, meta);
                losses.Add(new SalvageLoss(
                    path, offset, 0, meta.Rows - kept,
                    $"{reason.Message} Users with rows in damaged blocks are lost."));
                return;
            }
        }
        catch (Exception error) when (IsDamage(error))
        {
            // Its directory or index is damaged as well, so it is unknown which rows belong to which user.
        }

        losses.Add(new SalvageLoss(path, offset, LengthOf(path), meta?.Rows ?? 0, reason.Message));
    }

    private long CopyUsers(Table table, ulong number, TableMeta meta)
    {
        EventTypeSchema type = schema.EventTypes[meta.EventType];
        RowBuffer rows = new([.. type.Columns.Select(column => column.Type)], table.Defaults.Stamp, table.Defaults.Parts);
        using TableWriter writer = new(
            from.Files, to.Table(number), number, type, windowStart: null, new TableOptions(), table.Defaults);
        long kept = 0;
        TableCursor cursor = table.CreateCursor();
        while (cursor.MoveNext())
        {
            rows.Clear();
            if (TryRead(cursor, rows))
            {
                writer.Add(cursor.User, rows, 0, rows.Count);
                kept += rows.Count;
            }
        }

        if (kept > 0)
        {
            Tables.Add(writer.Finish() with { ImportedMs = meta.ImportedMs });
        }

        return kept;
    }

    // An error on the new folder's disk is not a loss of the old store.
    private bool IsDamage(Exception error) => error is CorruptionException
        || (error is FileOperationException operation && !operation.Path.StartsWith(to.Path, StringComparison.Ordinal));

    private static bool TryRead(TableCursor cursor, RowBuffer rows)
    {
        try
        {
            cursor.AppendTo(rows);
            return true;
        }
        catch (CorruptionException)
        {
            return false;
        }
    }

    private EventTypeSchema TypeOf(string path, TableMeta meta) => meta.EventType < schema.EventTypes.Count
        ? schema.EventTypes[meta.EventType]
        : throw new CorruptionException(
            path, 0,
            $"the table is of event type {meta.EventType}; the schema has {schema.EventTypes.Count}.");

    private TableMeta ReadMeta(string path, ulong number)
    {
        using TableFile file = new(from.Files.Open(path, FileOpenMode.Read), number);
        return TableFooterReader.ReadMeta(file);
    }

    private long LengthOf(string path)
    {
        try
        {
            using IFile file = from.Files.Open(path, FileOpenMode.Read);
            return file.Length;
        }
        catch (FileOperationException)
        {
            return 0;
        }
    }
}
