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
    /// <summary>Opens all or, when one cannot be opened, none.</summary>
    public Table[] OpenAll(IReadOnlyList<TableMeta> metas)
    {
        List<Table> opened = [];
        try
        {
            foreach (TableMeta meta in metas)
            {
                opened.Add(Open(meta));
            }

            return [.. opened];
        }
        catch
        {
            opened.ForEach(table => table.Dispose());
            throw;
        }
    }

    private Table Open(TableMeta meta)
    {
        string path = Path.Combine(directory, StoreFiles.FileOf(meta));
        return meta.EventType < schema.EventTypes.Count
            ? Table.Open(files, path, meta, schema.EventTypes[meta.EventType], cache, verify: false,
                columns => Path.Combine(directory, StoreFiles.ColumnFile(columns.Number)))
            : throw new CorruptionException(path, 0, $"The table is of event type {meta.EventType}; the stored schema has {schema.EventTypes.Count}.");
    }
}
