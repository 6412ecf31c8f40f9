using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Opens the tables of one store.</summary>
/// <remarks>Thread contract: any thread. Whoever opens a table owns it.</remarks>
internal sealed class TableSet(IFileSystem files, string directory, StoreSchema schema, BlockCache cache)
{
    private readonly SharedFiles _segments = new(files);

    /// <summary>Opens the tables of a version and puts them into a view that has none, with what they say of the newest events.</summary>
    public void Show(IEnumerable<TableMeta> metas, ViewState view, WatermarkSet watermarks)
    {
        VersionEdit all = new();
        all.AddedTables.AddRange(metas);
        Table[] opened = OpenAll(all.AddedTables);
        view.Replace(empty => empty.WithTables(empty.Tables.Apply(all, opened)));
        foreach (TableMeta meta in all.AddedTables)
        {
            watermarks.Raise(meta.EventType, meta.NewestInserted);
        }
    }

    /// <summary>Opens all or, when one cannot be opened, none.</summary>
    /// <param name="metas">The tables.</param>
    /// <param name="before">The version before: a table of it that comes again with other column files goes on as it is.</param>
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
            opened.ForEach(table => table.Dispose());
            throw;
        }
    }

    /// <summary>Lets an edit say if a table that it adds holds several time windows.</summary>
    public void NoteWindows(VersionEdit edit) => edit.NoteWindows(schema);

    private Table Open(TableMeta meta, TableVersion before)
    {
        string path = Path.Combine(directory, StoreFiles.FileOf(meta));
        if (meta.EventType >= schema.EventTypes.Count)
        {
            throw new CorruptionException(path, 0, $"The table is of event type {meta.EventType}; the stored schema has {schema.EventTypes.Count}.");
        }

        EventTypeSchema type = schema.EventTypes[meta.EventType];
        return before.TryGet(meta.Number, out Table table)
            ? table.With(files, meta, type, ColumnFile)
            : Table.Open(files, path, meta, type, cache, verify: false, ColumnFile, _segments);
    }

    private string ColumnFile(ColumnFileMeta file) => Path.Combine(directory, StoreFiles.ColumnFile(file.Number));
}
