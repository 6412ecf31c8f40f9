using Signals.Storage.Tables;

namespace Signals.Bench.Sizes;

/// <summary>The bytes of tables, by their purpose. Used by one thread.</summary>
internal sealed class TableSizes
{
    private readonly Dictionary<string, long> _bytes = [];

    /// <summary>The bytes of every part, including the checksums of its chunks.</summary>
    public IReadOnlyDictionary<string, long> Bytes => _bytes;

    /// <summary>The number of directory entries. Each user of a table has one.</summary>
    public long DirectoryEntries { get; private set; }

    /// <summary>The number of blocks.</summary>
    public long Blocks { get; private set; }

    /// <summary>Adds a table without column files.</summary>
    public void Add(Table table, EventTypeSchema schema)
    {
        TableIndex index = table.Index;
        for (int block = 0; block < index.Blocks; block++)
        {
            for (int position = 0; position < table.Layout.Positions; position++)
            {
                Add(NameOf(table.Layout, schema, table.Layout.ChunkAt(position)), index.ChunkLength(block, position));
            }
        }

        long directory = table.Footer.Section(TableFormat.DirectorySection).Length;
        long indexes = table.Footer.Section(TableFormat.IndexSection).Length;
        Add("directory", directory);
        Add("index", indexes);
        long blocks = table.Footer.Section(TableFormat.BlocksSection).Length;
        Add("header, columns, footer, tail", table.Meta.FileLength - blocks - directory - indexes);
        DirectoryEntries += table.Footer.Users;
        Blocks += index.Blocks;
    }

    private static string NameOf(TableLayout layout, EventTypeSchema schema, int chunk) => chunk switch
    {
        TableFormat.TimesChunk => "times",
        TableFormat.IdsChunk => "ids",
        _ when chunk < layout.EndOfColumns => schema.Columns[chunk - TableFormat.FirstColumnChunk].Name,
        _ => "stamps",
    };

    private void Add(string name, long bytes) => _bytes[name] = _bytes.GetValueOrDefault(name) + bytes;
}
