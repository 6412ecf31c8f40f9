using System.Buffers.Binary;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// The part of a column file that stays in memory: its columns, and the places of the chunks of each block that it replaces.
/// Thread contract: immutable; any thread. Invariants: blocks are ascending; their chunks are stored without gaps and fill the
/// blocks section; the cells of a column and their stamps are either both present or both missing; every block has as many rows
/// as the same block of the table.
/// </summary>
internal sealed class ColumnFileIndex
{
    private readonly int[] _places;
    private readonly int[] _positions;
    private readonly long[] _offsets;
    private readonly uint[] _entries;
    private readonly int _chunks;

    private ColumnFileIndex(int tableBlocks, int blocks, ushort[] columns, ColumnType[] types, EventTypeSchema schema)
    {
        Columns = columns;
        Types = types;
        ReadTypes = [.. columns.Select(column => schema.Columns[column].Type)];
        _chunks = columns.Length * ColumnFileFormat.ChunksPerColumn;
        _places = new int[tableBlocks];
        _offsets = new long[blocks + 1];
        _entries = new uint[blocks * _chunks];
        _positions = new int[columns[^1] + 1];
        Array.Fill(_places, -1);
        Array.Fill(_positions, -1);
        for (int i = 0; i < columns.Length; i++)
        {
            _positions[columns[i]] = i;
        }
    }

    /// <summary>Ids of the columns, ascending.</summary>
    public ushort[] Columns { get; }

    /// <summary>The types of the columns in the file.</summary>
    public ColumnType[] Types { get; }

    /// <summary>The types that they are read as.</summary>
    public ColumnType[] ReadTypes { get; }

    /// <summary>Bytes of memory.</summary>
    public long ResidentBytes =>
        sizeof(int) * ((long)_places.Length + _positions.Length + _entries.Length) + sizeof(long) * _offsets.Length;

    /// <summary>
    /// Reads the columns and the index, verifies their checksums, and compares them with the schema and the table.
    /// </summary>
    /// <param name="file">The column file.</param>
    /// <param name="footer">The footer of the file.</param>
    /// <param name="meta">What the manifest records about the file.</param>
    /// <param name="schema">The schema of the event type.</param>
    /// <param name="table">The index of the table that the file belongs to.</param>
    /// <exception cref="CorruptionException">
    /// Something contradicts the footer, the manifest, the schema or the table.
    /// </exception>
    public static ColumnFileIndex Read(
        TableFile file, ColumnFileFooter footer, ColumnFileMeta meta, EventTypeSchema schema, TableIndex table)
    {
        ColumnType[] types = ReadColumns(file, footer, meta, schema);
        TableSection section = footer.Section(TableFormat.IndexSection);
        using OwnedMemory passing = new();
        ReadOnlySpan<byte> bytes = file.ReadSection(section, passing);
        int chunks = footer.Columns * ColumnFileFormat.ChunksPerColumn;
        long blockLength = ColumnFileFormat.BlockEntryLength + sizeof(uint) * chunks;
        long expected = ColumnFileFormat.IndexHeaderLength + footer.Blocks * blockLength;
        if (bytes.Length != expected || BinaryPrimitives.ReadInt32LittleEndian(bytes) != footer.Blocks
            || BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) != footer.Columns)
        {
            throw file.Corrupt(
                section.Offset,
                $"the index has {bytes.Length} bytes; {footer.Blocks} blocks of {footer.Columns} columns take {expected}, "
                + "or it states other numbers than the footer");
        }

        ColumnFileIndex index = new(footer.Base.Blocks, footer.Blocks, meta.Columns, types, schema);
        index.ReadBlocks(file, section, footer.Section(TableFormat.BlocksSection), bytes[ColumnFileFormat.IndexHeaderLength..], table);
        return index;
    }

    /// <summary>The position of a column in <see cref="Columns"/>, or -1.</summary>
    public int PositionOf(int column) => (uint)column < (uint)_positions.Length ? _positions[column] : -1;

    /// <summary>Whether the file replaces a column in a block.</summary>
    public bool Holds(int block, int position) =>
        _places[block] >= 0 && ChunkLength(block, position * ColumnFileFormat.ChunksPerColumn) > 0;

    /// <summary>Whether the file replaces anything in a block.</summary>
    public bool HoldsBlock(int block) => _places[block] >= 0;

    /// <summary>Where the chunks of a block lie. The file must hold something of the block.</summary>
    public BlockPlace PlaceOf(int block)
    {
        int place = _places[block];
        return new BlockPlace(_offsets[place], (int)(_offsets[place + 1] - _offsets[place]), _offsets[^1]);
    }

    /// <summary>The number of chunks of each block: cells and stamps of each column, in file order.</summary>
    public int Chunks => _chunks;

    /// <summary>Bytes of a chunk on disk, including its checksum; 0 when the file does not replace it.</summary>
    public int ChunkLength(int block, int chunk) => (int)(_entries[_places[block] * _chunks + chunk] & TableFormat.ChunkLengthMask);

    /// <summary>How the payload of a chunk is stored on disk.</summary>
    public ChunkCodec Codec(int block, int chunk) =>
        (ChunkCodec)(_entries[_places[block] * _chunks + chunk] >> TableFormat.ChunkCodecShift);

    private static ColumnType[] ReadColumns(TableFile file, ColumnFileFooter footer, ColumnFileMeta meta, EventTypeSchema schema)
    {
        TableSection section = footer.Section(TableFormat.ColumnsSection);
        using OwnedMemory passing = new();
        ReadOnlySpan<byte> bytes = file.ReadSection(section, passing);
        if (bytes.Length != footer.Columns * TableFormat.ColumnEntryLength || meta.Columns[^1] >= schema.Columns.Count)
        {
            throw file.Corrupt(
                section.Offset,
                $"the file has {footer.Columns} columns up to column {meta.Columns[^1]} in {bytes.Length} bytes; "
                + $"event type '{schema.Name}' has {schema.Columns.Count} columns");
        }

        ColumnType[] types = new ColumnType[meta.Columns.Length];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = TableColumns.StoredType(schema.Columns[meta.Columns[i]], bytes[i * TableFormat.ColumnEntryLength]);
        }

        byte[] expected = Encode(meta.Columns, types);
        return bytes.SequenceEqual(expected)
            ? types
            : throw file.Corrupt(
                section.Offset,
                $"the columns are {Convert.ToHexString(bytes)}, but the schema has {Convert.ToHexString(expected)}");
    }

    /// <summary>Encodes the columns section.</summary>
    public static byte[] Encode(ReadOnlySpan<ushort> columns, ReadOnlySpan<ColumnType> types)
    {
        byte[] section = new byte[columns.Length * TableFormat.ColumnEntryLength];
        for (int i = 0; i < columns.Length; i++)
        {
            TableColumns.WriteEntry(types[i], columns[i], section.AsSpan(i * TableFormat.ColumnEntryLength));
        }

        return section;
    }

    private void ReadBlocks(TableFile file, in TableSection section, in TableSection data, ReadOnlySpan<byte> bytes, TableIndex table)
    {
        long offset = data.Offset;
        long previous = -1;
        for (int place = 0; place + 1 < _offsets.Length; place++)
        {
            uint block = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            uint rows = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            if (block <= previous || block >= (uint)_places.Length || rows != table.Rows((int)block))
            {
                throw file.Corrupt(
                    section.Offset,
                    $"block {block} with {rows} rows follows block {previous}: it is out of order or does not match the table, "
                    + $"which has {_places.Length} blocks");
            }

            _places[block] = place;
            _offsets[place] = offset;
            long length = ReadEntries(file, section, place, bytes[ColumnFileFormat.BlockEntryLength..]);
            if (length == 0 || length > Array.MaxLength || length > data.Offset + data.Length - offset)
            {
                throw file.Corrupt(
                    section.Offset, $"block {block} has {length} bytes at {offset}: it is empty or exceeds the blocks section");
            }

            offset += length;
            previous = block;
            bytes = bytes[(ColumnFileFormat.BlockEntryLength + sizeof(uint) * _chunks)..];
        }

        if (offset != data.Offset + data.Length)
        {
            throw file.Corrupt(section.Offset, $"the index ends at {offset}; the blocks section ends at {data.Offset + data.Length}");
        }

        _offsets[^1] = offset;
    }

    private long ReadEntries(TableFile file, in TableSection section, int place, ReadOnlySpan<byte> bytes)
    {
        long length = 0;
        for (int chunk = 0; chunk < _chunks; chunk++)
        {
            uint entry = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(chunk * sizeof(uint))..]);
            _entries[place * _chunks + chunk] = entry;
            length += entry & TableFormat.ChunkLengthMask;
            bool isStamps = chunk % ColumnFileFormat.ChunksPerColumn != 0;
            if (isStamps && entry == 0 != (_entries[place * _chunks + chunk - 1] == 0))
            {
                throw file.Corrupt(section.Offset, $"chunk {chunk} (entry {entry:x8}) has cells without stamps or stamps without cells");
            }
        }

        return length;
    }
}
