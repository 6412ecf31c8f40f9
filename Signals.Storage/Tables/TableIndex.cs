using System.Buffers.Binary;
using System.Numerics;

namespace Signals.Storage.Tables;

/// <summary>
/// The resident block index: where each block's rows and chunks are. Immutable, safe for any thread. Invariants: blocks lie back
/// to back and cover the blocks section; every block has rows, at most 65,536; a block is smaller than 2 GiB.
/// </summary>
internal sealed class TableIndex
{
    private readonly int _chunks;
    private readonly int[] _firstRows;
    private readonly long[] _offsets;
    private readonly uint[] _entries;
    private readonly int[] _pages;
    private readonly int _pageShift;

    private TableIndex(int blocks, int chunks, int rows)
    {
        _chunks = chunks;
        _firstRows = new int[blocks + 1];
        _offsets = new long[blocks + 1];
        _entries = new uint[blocks * chunks];
        _pageShift = BitOperations.Log2((uint)Math.Max(1, rows / blocks));
        _pages = new int[((rows - 1) >> _pageShift) + 1];
    }

    /// <summary>Blocks of the table.</summary>
    public int Blocks => _firstRows.Length - 1;

    /// <summary>Memory held.</summary>
    public long ResidentBytes => sizeof(int) * (_firstRows.Length + _entries.Length + (long)_pages.Length) + sizeof(long) * _offsets.Length;

    /// <summary>Reads the index section; its checksum was verified.</summary>
    /// <exception cref="Core.Model.CorruptionException">Its numbers contradict the footer.</exception>
    public static TableIndex Parse(TableFile file, TableFooter footer, TableLayout layout, ReadOnlySpan<byte> bytes)
    {
        TableSection section = footer.Section(TableFormat.IndexSection);
        TableSection data = footer.Section(TableFormat.BlocksSection);
        int chunks = layout.Positions;
        int entryLength = sizeof(uint) * (1 + chunks);
        uint blocks = bytes.Length < 8 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (blocks == 0 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != chunks
            || (bytes.Length - 8) % entryLength != 0 || (bytes.Length - 8) / entryLength != blocks || blocks > footer.Rows)
        {
            throw file.Corrupt(section.Offset, $"an index of {bytes.Length} bytes cannot hold {blocks} blocks of {chunks} chunks");
        }

        TableIndex index = new((int)blocks, chunks, footer.Rows);
        long row = 0;
        long offset = data.Offset;
        ReadOnlySpan<byte> rest = bytes[8..];
        for (int block = 0; block < blocks; block++, rest = rest[entryLength..])
        {
            index._firstRows[block] = (int)row;
            index._offsets[block] = offset;
            uint rows = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            row += rows;
            long length = index.ReadEntries(block, rest[sizeof(uint)..]);
            offset += length;
            if (rows is 0 or > TableFormat.MaxBlockRows || row > footer.Rows || length > Array.MaxLength || offset > data.Offset + data.Length)
            {
                throw file.Corrupt(section.Offset, $"block {block} of {rows} rows and {length} bytes exceeds the table");
            }
        }

        if (row != footer.Rows || offset != data.Offset + data.Length)
        {
            throw file.Corrupt(section.Offset, $"the index holds {row} rows up to offset {offset}, the footer {footer.Rows} rows");
        }

        index._firstRows[blocks] = (int)row;
        index._offsets[blocks] = offset;
        index.FillPages();
        return index;
    }

    /// <summary>Table-wide number of a block's first row.</summary>
    public int FirstRow(int block) => _firstRows[block];

    /// <summary>Rows of a block.</summary>
    public int Rows(int block) => _firstRows[block + 1] - _firstRows[block];

    /// <summary>File offset of a block.</summary>
    public long Offset(int block) => _offsets[block];

    /// <summary>Bytes on disk of the chunk at a position of a block, checksum included; 0 when it is not stored.</summary>
    public int ChunkLength(int block, int position) => (int)(_entries[block * _chunks + position] & TableFormat.ChunkLengthMask);

    /// <summary>How that chunk's payload lies on disk.</summary>
    public ChunkCodec Codec(int block, int position) =>
        (ChunkCodec)(_entries[block * _chunks + position] >> TableFormat.ChunkCodecShift);

    /// <summary>The block that holds a row: a page table leads to the first candidate, a few steps to the block.</summary>
    public int FindBlock(long row)
    {
        int[] firstRows = _firstRows;
        int block = _pages[(int)(row >> _pageShift)];
        while (firstRows[block + 1] <= row)
        {
            block++;
        }

        return block;
    }

    private long ReadEntries(int block, ReadOnlySpan<byte> bytes)
    {
        long length = 0;
        for (int i = 0; i < _chunks; i++)
        {
            uint entry = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * sizeof(uint))..]);
            _entries[block * _chunks + i] = entry;
            length += entry & TableFormat.ChunkLengthMask;
        }

        return length;
    }

    private void FillPages()
    {
        int block = 0;
        for (int page = 0; page < _pages.Length; page++)
        {
            while (_firstRows[block + 1] <= (long)page << _pageShift)
            {
                block++;
            }

            _pages[page] = block;
        }
    }
}
