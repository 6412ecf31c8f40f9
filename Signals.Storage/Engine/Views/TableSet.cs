using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>Opens the tables of one store.</summary>
/// <remarks>Thread contract: any thread. The caller owns the tables that it opens. Lifetime: that of the store.</remarks>
internal sealed class TableSet(StoreFolder folder, StoreSchema schema, BlockCache cache)
{
    private readonly SharedFiles _segments = new(folder.Files);

    /// <summary>
    /// Opens the tables of a version, puts them into a view that has none, and raises the watermarks to their newest events. When
    /// this throws, none stays open.
    /// </summary>
    public void OpenInto(IEnumerable<TableMeta> metas, ViewState view, WatermarkSet watermarks)
    {
        VersionEdit all = new();
        all.AddedTables.AddRange(metas);
        Table[] opened = OpenAll(all.AddedTables);
        try
        {
            view.Replace(empty => empty.WithTables(empty.Tables.Apply(all, opened)));
        }
        catch
        {
            FirstError.DisposeAfterError(opened);
            throw;
        }

        foreach (TableMeta meta in all.AddedTables)
        {
            watermarks.Raise(meta.EventType, meta.NewestInserted);
        }
    }

    /// <summary>Opens tables. When one cannot be opened, none stays open.</summary>
    /// <param name="metas">The tables.</param>
    /// <param name="before">The version before. A table of it that comes again with other column files keeps its open file.</param>
    public Table[] OpenAll(IReadOnlyList<TableMeta> metas, TableVersion? before = null)
    {
        List<Table> opened = [];
        try
        {
            foreach (TableMeta meta in metas)
            {
                opened.Add(Open(meta, before ?? TableVersion.Empty));
            }

            return [.. opened];
        }
        catch
        {
            FirstError.DisposeAfterError(opened);
            throw;
        }
    }

    /// <summary>Notes in an edit whether a table that it adds holds several time windows.</summary>
    public void MarkSeveralWindows(VersionEdit edit) => edit.MarkSeveralWindows(schema);

    private Table Open(TableMeta meta, TableVersion before)
    {
        string path = folder.FileOf(meta);
        if (meta.EventType >= schema.EventTypes.Count)
        {
            throw new CorruptionException(
                path, 0, $"The table is of event type {meta.EventType}; the stored schema has {schema.EventTypes.Count}.");
        }

        EventTypeSchema type = schema.EventTypes[meta.EventType];
        return before.TryGet(meta.Number, out Table table)
            ? table.With(folder.Files, meta, type, folder.ColumnFile)
            : Table.Open(folder.Files, path, meta, type, cache, verify: false, folder.ColumnFile, _segments);
    }
}
