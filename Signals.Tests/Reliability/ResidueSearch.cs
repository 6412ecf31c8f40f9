using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Core.Schema;
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
        ManifestState? state = null;
        foreach (string name in files.ListFiles(directory))
        {
            StoreFileKind kind = StoreFiles.Classify(name, out ulong number);
            AddMarks(found, name, Read(name), withUser: kind != StoreFileKind.Manifest);
            if (kind == StoreFileKind.Table)
            {
                state ??= State();
                SearchTable(found, name, state.Tables[number]);
            }
        }

        return found;
    }

    private void SearchTable(List<string> found, string name, TableMeta meta)
    {
        EventTypeSchema type = schema.EventTypes[meta.EventType];
        using TableFile file = new(files.Open(Path.Combine(directory, name), FileOpenMode.Read), meta.Number);
        TableFooter footer = TableFooterReader.Read(file, meta);
        TableLayout layout = TableColumns.Read(file, footer, type);
        TableIndex index = TableIndex.Parse(file, footer, layout, file.ReadSection(footer.Section(TableFormat.IndexSection)));
        TableDirectory users = TableDirectoryReader.Parse(file, footer, file.ReadSection(footer.Section(TableFormat.DirectorySection)));
        BlockReader reader = new(file, index, layout);
        bool[] all = new bool[layout.Chunks];
        Array.Fill(all, true);
        for (int block = 0; block < index.Blocks; block++)
        {
            IoCount io = default;
            AddMarks(found, $"{name} block {block}", reader.Read(block, all, new ChunkSlice[layout.Chunks], reuse: null, ref io), withUser: true);
        }

        RowBuffer rows = new([.. type.Columns.Select(column => column.Type)], layout.Run.Stamp, layout.Run.Parts);
        TableCursor cursor = new(users, index, layout, meta.Traits, reader);
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
        Simulation.SimFileSystem copy = new(record: false);
        copy.CreateDirectory(directory);
        foreach (string name in files.ListFiles(directory))
        {
            if (StoreFiles.Classify(name, out _) is StoreFileKind.Manifest or StoreFileKind.Current)
            {
                using IFile file = copy.Open(Path.Combine(directory, name), FileOpenMode.CreateNew);
                file.Write(0, Read(name));
            }
        }

        using Manifest manifest = Manifest.Open(copy, directory);
        return manifest.State;
    }
}
