using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Reliability;

/// <summary>
/// Looks for one marked event in every file of a store: in the bytes as they are, and in tables also decompressed and decoded.
/// Threads: one.
/// </summary>
internal sealed class ResidueSearch(IFileSystem files, string directory, StoreSchema schema, UserId user, ulong id, byte[] text)
{
    /// <summary>
    /// The files that hold the mark, and where in them. In the manifest the user's id is allowed: the erasure that hides late events
    /// names it.
    /// </summary>
    public List<string> Find()
    {
        List<string> found = [];
        foreach (string name in files.ListFiles(directory))
        {
            // Manifest and list of versions keep who was erased.
            AddMarks(
                found, name, Read(name),
                withUser: StoreFiles.Classify(name, out _) is not (StoreFileKind.Manifest or StoreFileKind.Versions));
        }

        // What is in no table of the manifest is not looked into below, so it must not be there. A file that a crash left without
        // a byte stays: nothing proves whose it is.
        HashSet<string> known = [.. State().DataFiles()];
        found.AddRange(files.ListFiles(directory)
            .Where(
                name => StoreFiles.Classify(name, out _) is StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile
                    && !known.Contains(name) && Read(name).Length > 0)
            .Select(name => $"{name}: in no table"));

        foreach (TableMeta meta in State().Tables.Values)
        {
            SearchTable(found, StoreFiles.FileOf(meta), meta);
        }

        return found;
    }

    private void SearchTable(List<string> found, string name, TableMeta meta)
    {
        EventTypeSchema type = schema.EventTypes[meta.EventType];
        using Table table = Table.Open(files, Path.Combine(directory, name), meta, type, new BlockCache(0),
            columnFile: columns => Path.Combine(directory, StoreFiles.ColumnFile(columns.Number)));
        using TableFile file = TableFile.Open(files, Path.Combine(directory, name), meta);
        TableFooter footer = TableFooterReader.Read(file, meta);
        TableLayout layout = TableColumns.Read(file, footer, type);
        BlockReader reader = new(file, table.Index, layout);
        bool[] all = new bool[layout.Chunks];
        Array.Fill(all, true);
        for (int block = 0; block < table.BlockCount; block++)
        {
            IoCount io = default;
            ChunkSlice[] chunks = new ChunkSlice[layout.Chunks];
            reader.Read(block, all, chunks, pass: null, ref io);
            AddMarks(found, $"{name} block {block}", BytesOf(chunks), withUser: true);
            foreach (ColumnFile columns in table.ColumnFiles)
            {
                SearchColumns(found, columns, block);
            }
        }

        RowBuffer rows = new([.. type.Columns.Select(column => column.Type)], table.Defaults.Stamp, table.Defaults.Parts);
        TableCursor cursor = table.CreateCursor();
        while (cursor.MoveNext())
        {
            rows.Clear();
            cursor.AppendTo(rows);
            if (cursor.User == user || rows.Ids.Contains(id))
            {
                found.Add($"{name} rows");
            }
        }
    }

    private void SearchColumns(List<string> found, ColumnFile columns, int block)
    {
        if (columns.Index.HoldsBlock(block))
        {
            bool[] all = [.. Enumerable.Range(0, columns.Index.Chunks).Select(chunk => columns.Index.ChunkLength(block, chunk) > 0)];
            IoCount io = default;
            ChunkSlice[] chunks = new ChunkSlice[all.Length];
            columns.Read(block, all, chunks, pass: null, ref io);
            AddMarks(found, $"{StoreFiles.ColumnFile(columns.Meta.Number)} block {block}", BytesOf(chunks), withUser: true);
        }
    }

    // The chunks of a block lie in one array.
    private static byte[] BytesOf(ChunkSlice[] chunks) => Array.Find(chunks, chunk => chunk.Length > 0).Data ?? [];

    private void AddMarks(List<string> found, string where, ReadOnlySpan<byte> bytes, bool withUser)
    {
        if (bytes.IndexOf(text) >= 0)
        {
            found.Add($"{where}: text");
        }

        if (Holds(bytes, id))
        {
            found.Add($"{where}: event id");
        }

        if (withUser && (Holds(bytes, user.High) || Holds(bytes, user.Low)))
        {
            found.Add($"{where}: user id");
        }
    }

    private static bool Holds(ReadOnlySpan<byte> bytes, ulong value)
    {
        Span<byte> needle = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(needle, value);
        bool found = bytes.IndexOf(needle) >= 0;
        needle.Reverse();
        return found || bytes.IndexOf(needle) >= 0;
    }

    private byte[] Read(string name)
    {
        using IFile file = files.Open(Path.Combine(directory, name), FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    /// <summary>Opening a manifest rewrites it, so that of a copy is read.</summary>
    private ManifestState State()
    {
        Signals.Tests.Simulation.SimFileSystem copy = new(record: false);
        copy.CreateDirectory(directory);
        foreach (string name in files.ListFiles(directory))
        {
            if (StoreFiles.Classify(name, out _) is StoreFileKind.Manifest or StoreFileKind.Current)
            {
                using IFile file = copy.Open(Path.Combine(directory, name), FileOpenMode.CreateNew);
                file.Write(0, Read(name));
            }
        }

        using Manifest manifest = Manifest.Open(new StoreFolder(copy, directory));
        return manifest.State;
    }
}
